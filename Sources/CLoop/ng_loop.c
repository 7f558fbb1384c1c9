#include "ng_loop.h"

#include <stdlib.h>
#include <uv.h>

#define EMBEDDED(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

static void *allocate(size_t size) {
  void *memory = calloc(1, size);
  if (memory == NULL) {
    abort();
  }
  return memory;
}

/// What libuv refuses only when it is misused or out of memory.
static void require(int result) {
  if (result < 0) {
    abort();
  }
}

// MARK: the loop

typedef struct {
  ng_loop face;
  uv_loop_t loop;
} loop_impl;

static uv_loop_t *native(ng_loop *loop) { return loop->native; }

const char *ng_loop_library_version(void) { return uv_version_string(); }

ng_loop *ng_loop_new(void) {
  loop_impl *impl = allocate(sizeof *impl);
  require(uv_loop_init(&impl->loop));
  impl->face.native = &impl->loop;
  return &impl->face;
}

void ng_loop_run(ng_loop *loop) { uv_run(native(loop), UV_RUN_DEFAULT); }

void ng_loop_stop(ng_loop *loop) { uv_stop(native(loop)); }

void ng_loop_run_ready(ng_loop *loop) { uv_run(native(loop), UV_RUN_NOWAIT); }

int ng_loop_free(ng_loop *loop) {
  // Handles that were freed are still closing: their callbacks run in a turn or two.
  for (int turn = 0; turn < 8; turn++) {
    if (uv_loop_close(native(loop)) == 0) {
      free(EMBEDDED(loop, loop_impl, face));
      return 0;
    }
    uv_run(native(loop), UV_RUN_NOWAIT);
  }
  return -1;
}

// MARK: timers

typedef struct {
  ng_timer face;
  uv_timer_t handle;
  void (*fired)(void *context);
} timer_impl;

static void timer_fired(uv_timer_t *handle) {
  timer_impl *impl = EMBEDDED(handle, timer_impl, handle);
  impl->fired(impl->face.context);
}

static void timer_closed(uv_handle_t *handle) { free(EMBEDDED(handle, timer_impl, handle)); }

ng_timer *ng_timer_new(ng_loop *loop, void *context, void (*fired)(void *context)) {
  timer_impl *impl = allocate(sizeof *impl);
  impl->face.context = context;
  impl->fired = fired;
  require(uv_timer_init(native(loop), &impl->handle));
  return &impl->face;
}

void ng_timer_start(ng_timer *timer, uint64_t delay_ms, uint64_t repeat_ms) {
  timer_impl *impl = EMBEDDED(timer, timer_impl, face);
  // The loop's idea of now is that of the turn's beginning, which may be a while ago.
  uv_update_time(impl->handle.loop);
  require(uv_timer_start(&impl->handle, timer_fired, delay_ms, repeat_ms));
}

void ng_timer_stop(ng_timer *timer) {
  require(uv_timer_stop(&EMBEDDED(timer, timer_impl, face)->handle));
}

void ng_timer_free(ng_timer *timer) {
  uv_close((uv_handle_t *)&EMBEDDED(timer, timer_impl, face)->handle, timer_closed);
}

// MARK: descriptors

typedef struct {
  ng_poll face;
  uv_poll_t handle;
  void (*ready)(void *context, int error, uint32_t events);
} poll_impl;

_Static_assert(NG_READABLE == UV_READABLE && NG_WRITABLE == UV_WRITABLE,
               "events are passed on as they are");

static void poll_ready(uv_poll_t *handle, int status, int events) {
  poll_impl *impl = EMBEDDED(handle, poll_impl, handle);
  impl->ready(impl->face.context, status < 0 ? status : 0, (uint32_t)events);
}

static void poll_closed(uv_handle_t *handle) { free(EMBEDDED(handle, poll_impl, handle)); }

ng_poll *ng_poll_new(ng_loop *loop, int descriptor, void *context,
                     void (*ready)(void *context, int error, uint32_t events)) {
  poll_impl *impl = allocate(sizeof *impl);
  impl->face.context = context;
  impl->ready = ready;
  if (uv_poll_init(native(loop), &impl->handle, descriptor) < 0) {
    free(impl);
    return NULL;
  }
  return &impl->face;
}

int ng_poll_set(ng_poll *poll, uint32_t events) {
  poll_impl *impl = EMBEDDED(poll, poll_impl, face);
  return events == 0 ? uv_poll_stop(&impl->handle)
                     : uv_poll_start(&impl->handle, (int)events, poll_ready);
}

void ng_poll_free(ng_poll *poll) {
  uv_close((uv_handle_t *)&EMBEDDED(poll, poll_impl, face)->handle, poll_closed);
}

// MARK: wake-ups

typedef struct {
  ng_wakeup face;
  uv_async_t handle;
  void (*rung)(void *context);
} wakeup_impl;

static void wakeup_rung(uv_async_t *handle) {
  wakeup_impl *impl = EMBEDDED(handle, wakeup_impl, handle);
  impl->rung(impl->face.context);
}

static void wakeup_closed(uv_handle_t *handle) { free(EMBEDDED(handle, wakeup_impl, handle)); }

ng_wakeup *ng_wakeup_new(ng_loop *loop, void *context, void (*rung)(void *context)) {
  wakeup_impl *impl = allocate(sizeof *impl);
  impl->face.context = context;
  impl->rung = rung;
  require(uv_async_init(native(loop), &impl->handle, wakeup_rung));
  return &impl->face;
}

void ng_wakeup_ring(ng_wakeup *wakeup) {
  uv_async_send(&EMBEDDED(wakeup, wakeup_impl, face)->handle);
}

void ng_wakeup_free(ng_wakeup *wakeup) {
  uv_close((uv_handle_t *)&EMBEDDED(wakeup, wakeup_impl, face)->handle, wakeup_closed);
}

// MARK: turns

typedef struct {
  ng_turn face;
  uv_check_t check;
  uv_idle_t idle;
  int open_handles;
  void (*ended)(void *context);
} turn_impl;

static void turn_ended(uv_check_t *check) {
  turn_impl *impl = EMBEDDED(check, turn_impl, check);
  require(uv_idle_stop(&impl->idle));
  impl->ended(impl->face.context);
}

/// An active idle handle is what keeps the loop from waiting; there is nothing else to it.
static void turn_idled(uv_idle_t *idle) { (void)idle; }

static void turn_closed(uv_handle_t *handle) {
  turn_impl *impl = handle->data;
  if (--impl->open_handles == 0) {
    free(impl);
  }
}

ng_turn *ng_turn_new(ng_loop *loop, void *context, void (*ended)(void *context)) {
  turn_impl *impl = allocate(sizeof *impl);
  impl->face.context = context;
  impl->ended = ended;
  impl->open_handles = 2;
  require(uv_check_init(native(loop), &impl->check));
  require(uv_idle_init(native(loop), &impl->idle));
  impl->check.data = impl;
  impl->idle.data = impl;
  require(uv_check_start(&impl->check, turn_ended));
  return &impl->face;
}

void ng_turn_request(ng_turn *turn) {
  require(uv_idle_start(&EMBEDDED(turn, turn_impl, face)->idle, turn_idled));
}

void ng_turn_free(ng_turn *turn) {
  turn_impl *impl = EMBEDDED(turn, turn_impl, face);
  uv_close((uv_handle_t *)&impl->check, turn_closed);
  uv_close((uv_handle_t *)&impl->idle, turn_closed);
}

// MARK: signals

typedef struct {
  ng_signal face;
  uv_signal_t handle;
  void (*caught)(void *context, int number);
} signal_impl;

static void signal_caught(uv_signal_t *handle, int number) {
  signal_impl *impl = EMBEDDED(handle, signal_impl, handle);
  impl->caught(impl->face.context, number);
}

static void signal_closed(uv_handle_t *handle) { free(EMBEDDED(handle, signal_impl, handle)); }

ng_signal *ng_signal_new(ng_loop *loop, int number, void *context,
                         void (*caught)(void *context, int number)) {
  signal_impl *impl = allocate(sizeof *impl);
  impl->face.context = context;
  impl->caught = caught;
  require(uv_signal_init(native(loop), &impl->handle));
  if (uv_signal_start(&impl->handle, signal_caught, number) < 0) {
    uv_close((uv_handle_t *)&impl->handle, signal_closed);
    return NULL;
  }
  return &impl->face;
}

void ng_signal_free(ng_signal *signal) {
  uv_close((uv_handle_t *)&EMBEDDED(signal, signal_impl, face)->handle, signal_closed);
}

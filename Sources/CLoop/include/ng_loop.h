/// libuv behind a narrow face: one loop to a thread, and what can happen on it.
///
/// Why a shim: libuv's handles are sized by macros and freed only after a close callback, which
/// Swift can neither lay out nor wait for.
///
/// Unless a function says otherwise: it runs on the loop's own thread, callbacks run there too,
/// from within `ng_loop_run`, and `context` is borrowed until the object's `_free`. No callback of
/// an object runs after its `_free` has been called. Allocation failure aborts the process, as it
/// does in Swift.
#ifndef NG_LOOP_H
#define NG_LOOP_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The version of libuv that this process runs with, such as 1.44.2. Thread: any.
const char *ng_loop_library_version(void);

/// A loop. `native` is the `uv_loop_t *`, for libraries that run on a loop of libuv's.
typedef struct ng_loop {
  void *native;
} ng_loop;

ng_loop *ng_loop_new(void);

/// Runs until `ng_loop_stop`.
void ng_loop_run(ng_loop *loop);

/// Makes `ng_loop_run` return at the end of the turn.
void ng_loop_stop(ng_loop *loop);

/// Runs what is ready, without waiting: handles that are being closed come to their end so.
void ng_loop_run_ready(ng_loop *loop);

/// Frees the loop after all its objects were freed. Returns 0, or -1 when a handle that was not
/// freed still holds it, in which case the loop is leaked and nothing is touched.
int ng_loop_free(ng_loop *loop);

/// A timer.
typedef struct ng_timer {
  void *context;
} ng_timer;

ng_timer *ng_timer_new(ng_loop *loop, void *context, void (*fired)(void *context));

/// Fires once after `delay_ms`, counted from now, and then every `repeat_ms` unless that is 0.
/// Replaces what was set before.
void ng_timer_start(ng_timer *timer, uint64_t delay_ms, uint64_t repeat_ms);
void ng_timer_stop(ng_timer *timer);
void ng_timer_free(ng_timer *timer);

/// Readiness of a file descriptor, level-triggered.
typedef struct ng_poll {
  void *context;
} ng_poll;

enum { NG_READABLE = 1, NG_WRITABLE = 2 };

/// `ready` gets the events, or a negative errno in `error` (and the descriptor should be given up).
/// The descriptor is made non-blocking and stays the caller's. NULL when it can't be watched.
ng_poll *_Nullable ng_poll_new(ng_loop *loop, int descriptor, void *context,
                               void (*ready)(void *context, int error, uint32_t events));

/// Watches for `events`, none when 0. Returns 0 or a negative errno.
int ng_poll_set(ng_poll *poll, uint32_t events);

/// From the return on the descriptor is free: it may be closed or handed to another owner.
void ng_poll_free(ng_poll *poll);

/// A bell that any thread can ring.
typedef struct ng_wakeup {
  void *context;
} ng_wakeup;

/// `rung` runs at least once after the last `ng_wakeup_ring`; rings in between may be merged.
ng_wakeup *ng_wakeup_new(ng_loop *loop, void *context, void (*rung)(void *context));

/// Thread: any, as long as `ng_wakeup_free` was not called.
void ng_wakeup_ring(ng_wakeup *wakeup);
void ng_wakeup_free(ng_wakeup *wakeup);

/// The end of each turn of a loop, when everything that was ready has been handled.
typedef struct ng_turn {
  void *context;
} ng_turn;

ng_turn *ng_turn_new(ng_loop *loop, void *context, void (*ended)(void *context));

/// Makes sure that a turn ends soon: the loop does not wait for events before the next `ended`.
void ng_turn_request(ng_turn *turn);
void ng_turn_free(ng_turn *turn);

/// A signal of the process.
typedef struct ng_signal {
  void *context;
} ng_signal;

/// NULL when `number` can't be caught.
ng_signal *_Nullable ng_signal_new(ng_loop *loop, int number, void *context,
                                   void (*caught)(void *context, int number));
void ng_signal_free(ng_signal *signal);

#pragma clang assume_nonnull end

#endif

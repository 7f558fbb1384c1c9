// What is measured: triggers go out, and their deliveries are counted.
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "load.h"

static const uint64_t stuck_ms = 20000;
// Of a run at a rate: more than a server takes of one note without refusing some. What is due waits
// here then, and counts as late.
static const uint64_t under_way_max = 128;

// Buckets of a factor of two, each cut into 32: a time is known to 3 %.
static void note_time(struct load *load, uint64_t ns) {
  unsigned exponent = ns < 32 ? 0 : 63 - (unsigned)__builtin_clzll(ns) - 5;
  load->histogram[exponent * 32 + (ns >> exponent)]++;
}

// In a run at a given rate: the members of a room hear its triggers in their order, so that the
// k-th frame of each belongs to the same one.
static void heard_trigger(struct load *load, struct room *room, uint64_t frames) {
  uint32_t deliveries = room->writer->trigger->deliveries;
  if (frames % deliveries != 0) return;
  uint64_t slot = (frames / deliveries - 1) % load->ring_size;
  if (--load->pending[slot] == 0) note_time(load, now_ns() - load->sent_at[slot]);
}

void heard(struct load *load, struct connection *connection) {
  if (connection->writer != NULL) {
    answered(load, connection->writer);
    return;
  }
  struct room *room = &load->rooms[connection->room];
  room->heard++;
  if (load->ring_size > 0) heard_trigger(load, room, connection->frames);
}

void answered(struct load *load, struct writer *writer) {
  (void)load;
  writer->answered++;
}

// A member that has spoken (`auth`, `join_note`) is one side of a dialog to Linux, which then holds
// its acknowledgements back: they go out, and over loopback are handled, when the server sends
// again and at its cost. One that only hears acknowledges what it reads, at its own. All are set to
// that.
static void only_listen(const struct connection *member) {
  int on = 1;
  if (setsockopt(member->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on) != 0) fail("TCP_QUICKACK");
}

static void begin_run(struct load *load) {
  for (uint32_t i = 0; i < load->member_count; i++) {
    load->members[i].frames = 0;
    only_listen(&load->members[i]);
  }
  for (uint32_t i = 0; i < load->room_count; i++) load->rooms[i].heard = 0;
  for (uint32_t i = 0; i < load->set->count; i++) {
    load->writers[i].sent = 0;
    load->writers[i].answered = 0;
  }
  load->payload_min = UINT64_MAX;
  load->payload_max = 0;
  load->busy_ns = 0;
  memset(load->histogram, 0, sizeof load->histogram);
}

// How many triggers of a writer are over: answered, and heard by all.
static uint64_t finished(const struct load *load, const struct writer *writer) {
  const struct room *room = &load->rooms[writer->trigger->room];
  uint64_t finished = writer->sent;
  if (room->per_trigger > 0) finished = room->heard / room->per_trigger;
  if (writer->trigger->answers == 0) return finished;
  uint64_t answered = writer->answered / writer->trigger->answers;
  return answered < finished ? answered : finished;
}

static bool is_over(const struct load *load) {
  for (uint32_t i = 0; i < load->set->count; i++) {
    if (finished(load, &load->writers[i]) < load->writers[i].sent) return false;
  }
  return true;
}

static void pull(struct writer *writer) {
  writer->sent++;
  send_all(&writer->connection, writer->trigger->bytes, writer->trigger->size);
}

static void wait_for_more(struct load *load) {
  errno = 0;
  if (turn_awake(load, stuck_ms) == 0) fail("a message that nobody hears");
}

void run_closed(struct load *load, uint64_t duration_ms, uint32_t window) {
  begin_run(load);
  uint64_t end = now_ns() + duration_ms * 1000000;
  do {
    for (uint32_t i = 0; i < load->set->count; i++) {
      struct writer *writer = &load->writers[i];
      while (writer->sent - finished(load, writer) < window) pull(writer);
    }
    wait_for_more(load);
  } while (now_ns() < end);
  while (!is_over(load)) wait_for_more(load);
}

static int ticking_timer(struct load *load, uint32_t rate) {
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  long period = 1000000000L / (rate ? rate : 1);
  struct itimerspec spec = {{period / 1000000000, period % 1000000000},
                            {period / 1000000000, period % 1000000000}};
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  if (timer < 0 || timerfd_settime(timer, 0, &spec, NULL) != 0) fail("timer");
  if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, timer, &event) != 0) fail("epoll_ctl");
  return timer;
}

void run_open(struct load *load, uint64_t duration_ms, uint32_t rate) {
  begin_run(load);
  struct writer *writer = &load->writers[0];
  uint32_t members = (uint32_t)load->rooms[writer->trigger->room].members;
  load->ring_size = 2 * under_way_max;
  load->sent_at = calloc(load->ring_size, sizeof *load->sent_at);
  load->pending = calloc(load->ring_size, sizeof *load->pending);
  if (load->sent_at == NULL || load->pending == NULL) fail("memory");
  uint64_t begin = now_ns(), period = 1000000000 / (rate ? rate : 1), due = begin + period;
  int timer = ticking_timer(load, rate);
  while (now_ns() < begin + duration_ms * 1000000) {
    wait_for_more(load);
    uint64_t expirations;
    (void)!read(timer, &expirations, sizeof expirations);
    // Each is timed from when it was due: a late one is not a quick one.
    for (; due <= now_ns(); due += period) {
      if (writer->sent - finished(load, writer) >= under_way_max) break;
      uint32_t slot = (uint32_t)(writer->sent % load->ring_size);
      load->sent_at[slot] = due;
      load->pending[slot] = members;
      pull(writer);
    }
  }
  close(timer);
  while (!is_over(load)) wait_for_more(load);
  load->ring_size = 0;
  free(load->sent_at);
  free(load->pending);
}

#include "ng_system.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>

uint64_t ng_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int64_t ng_wall_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t ng_random_u64(void) {
  uint64_t value;
  ssize_t size;
  do {
    size = getrandom(&value, sizeof value, 0);
  } while (size < 0 && errno == EINTR);
  if (size != (ssize_t)sizeof value) {
    abort();
  }
  return value;
}

int ng_processor_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) < 0) {
    return 1;
  }
  int count = CPU_COUNT(&set);
  return count < 1 ? 1 : count;
}

uint64_t ng_raise_descriptor_limit(uint64_t wanted) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) {
    return 0;
  }
  if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
    struct rlimit raised = limit;
    raised.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
      limit = raised;
    }
  }
  return limit.rlim_cur;
}

void ng_give_memory_back(void) { malloc_trim(0); }

void ng_name_thread(const char *name) {
  char cut[16] = {0};
  strncpy(cut, name, sizeof cut - 1);
  (void)pthread_setname_np(pthread_self(), cut);
}

int ng_join_thread(pthread_t thread, uint64_t deadline_ns) {
  // pthread_timedjoin_np goes by the time of day, and ThreadSanitizer does not know of
  // pthread_clockjoin_np.
  int error;
  while ((error = pthread_tryjoin_np(thread, NULL)) == EBUSY && ng_monotonic_ns() < deadline_ns) {
    struct timespec pause = {.tv_nsec = 1000000};
    (void)nanosleep(&pause, NULL);
  }
  return error;
}

void ng_open_standard_descriptors(void) {
  for (int descriptor = 0; descriptor <= 2; descriptor++) {
    if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
      // The lowest number that is free is this one: those below are open.
      (void)open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY);
    }
  }
}

void ng_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

static void mask_signal(int how, int number) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  pthread_sigmask(how, &set, NULL);
}

void ng_hold_signal(int number) { mask_signal(SIG_BLOCK, number); }

void ng_let_signal_through(int number) { mask_signal(SIG_UNBLOCK, number); }

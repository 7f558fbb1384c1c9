#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "ng_crash_private.h"

enum {
  /// For the report, and for what the processor puts there of itself.
  SIGNAL_STACK_SIZE = 64 << 10,
  /// How long a report may take, before the program ends without the rest of it.
  REPORT_SECONDS_MAX = 5,
};

static const struct {
  int number;
  const char *name;
} signals[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGILL, "SIGILL"},
    {SIGTRAP, "SIGTRAP"}, {SIGFPE, "SIGFPE"}, {SIGABRT, "SIGABRT"},
};
enum { SIGNAL_COUNT = sizeof signals / sizeof signals[0] };

static char program_version[64];
static atomic_bool is_json, has_priority, is_log_waiting;
/// The thread that reports, 0 while none does.
static atomic_int reporter;
static atomic_int reported_signal;

void ng_crash_set_style(int json, int priority) {
  atomic_store(&is_json, json != 0);
  atomic_store(&has_priority, priority != 0);
}

void ng_crash_set_log_waiting(int is_waiting) { atomic_store(&is_log_waiting, is_waiting != 0); }

// MARK: the report

static int thread_id(void) { return (int)syscall(SYS_gettid); }

static void sleep_ms(long time) {
  struct timespec pause = {.tv_sec = time / 1000, .tv_nsec = time % 1000 * 1000000};
  (void)nanosleep(&pause, NULL);
}

/// What the processor was at.
typedef struct place {
  uintptr_t counter;
  /// Where it is noted where the caller goes on, while nothing was done since the call.
  const uintptr_t *return_address;
  uintptr_t frame_pointer;
} place;

static place place_of(const ucontext_t *context) {
#if defined(__x86_64__)
  const greg_t *registers = context->uc_mcontext.gregs;
  return (place){
      .counter = (uintptr_t)registers[REG_RIP],
      .return_address = (const uintptr_t *)registers[REG_RSP],
      .frame_pointer = (uintptr_t)registers[REG_RBP],
  };
#elif defined(__aarch64__)
  return (place){
      .counter = (uintptr_t)context->uc_mcontext.pc,
      .return_address = (const uintptr_t *)&context->uc_mcontext.regs[30],
      .frame_pointer = (uintptr_t)context->uc_mcontext.regs[29],
  };
#else
#error "where does this processor keep its program counter?"
#endif
}

/// Those that called are told by the call itself, not by what comes behind it, which may belong to
/// another line.
static void add_caller(ng_crash *crash, uintptr_t return_address) {
  if (crash->frame_count < NG_FRAME_COUNT_MAX) {
    crash->frames[crash->frame_count++] = return_address - 1;
  }
}

/// By what compilers note for exceptions.
static void unwind(ng_crash *crash) {
  void *found[NG_FRAME_COUNT_MAX];
  int count = backtrace(found, NG_FRAME_COUNT_MAX);
  int first = 0;
  while (first < count && (uintptr_t)found[first] != crash->frames[0]) {
    first++;
  }
  for (int index = first + 1; index < count; index++) {
    add_caller(crash, (uintptr_t)found[index]);
  }
}

/// By the chain of frame pointers, which Swift keeps.
static void walk(ng_crash *crash, const place *place) {
  add_caller(crash, *place->return_address);
  uintptr_t frame = place->frame_pointer;
  while (frame != 0 && frame % sizeof(uintptr_t) == 0 && crash->frame_count < NG_FRAME_COUNT_MAX) {
    const uintptr_t *words = (const uintptr_t *)frame;
    if (words[0] <= frame || ng_crash_module(words[1]) == NULL) {
      return;
    }
    add_caller(crash, words[1]);
    frame = words[0];
  }
}

static sigjmp_buf after_frames;
static atomic_bool is_reading_frames;

/// The frames from the one that was interrupted on. What can't be read ends them.
static void read_frames(ng_crash *crash, const ucontext_t *context) {
  if (sigsetjmp(after_frames, 1) == 0) {
    atomic_store(&is_reading_frames, true);
    place place = place_of(context);
    crash->frames[crash->frame_count++] = place.counter;
    if (ng_crash_module(place.counter) != NULL) {
      unwind(crash);
    } else {
      // The program has jumped to nowhere, where unwinding would read what is not there.
      walk(crash, &place);
    }
  }
  atomic_store(&is_reading_frames, false);
}

static const char *signal_name(int number) {
  for (int index = 0; index < SIGNAL_COUNT; index++) {
    if (signals[index].number == number) {
      return signals[index].name;
    }
  }
  return "unknown";
}

/// Names are chosen by this program, and may still not break a line.
static void read_thread_name(char name[16]) {
  (void)prctl(PR_GET_NAME, name);
  for (int index = 0; index < 16 && name[index] != '\0'; index++) {
    if (name[index] <= ' ' || name[index] > '~' || name[index] == '"' || name[index] == '\\') {
      name[index] = '?';
    }
  }
}

static void report(int number, const siginfo_t *info, const ucontext_t *context) {
  // Too large for a signal stack, and only one thread gets here.
  static ng_crash crash;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  crash.time_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  crash.signal = signal_name(number);
  crash.has_address = info->si_code > 0 && (number == SIGSEGV || number == SIGBUS);
  crash.address = crash.has_address ? (uintptr_t)info->si_addr : 0;
  crash.sender = info->si_code == SI_USER ? info->si_pid : 0;
  crash.version = program_version;
  crash.is_json = atomic_load(&is_json);
  crash.has_priority = atomic_load(&has_priority);
  read_thread_name(crash.thread);
  // The log's own thread can't do it while it is here.
  bool is_log = strcmp(crash.thread, "log") == 0;
  for (int round = 0; round < 50 && !is_log && atomic_load(&is_log_waiting); round++) {
    sleep_ms(10);
  }
  read_frames(&crash, context);
  ng_crash_write(&crash);
}

// MARK: the end

static void die_of(int number) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  sigaction(number, &action, NULL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  (void)syscall(SYS_tgkill, getpid(), thread_id(), number);
}

static void report_took_too_long(int number) {
  (void)number;
  die_of(atomic_load(&reported_signal));
}

/// What unwinds a stack takes the loader's lock, which the thread that has crashed may have.
static void limit_report(int number) {
  atomic_store(&reported_signal, number);
  struct sigaction action = {.sa_handler = report_took_too_long};
  sigaction(SIGALRM, &action, NULL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  alarm(REPORT_SECONDS_MAX);
}

static void crashed(int number, siginfo_t *info, void *context) {
  int free = 0;
  int self = thread_id();
  if (atomic_compare_exchange_strong(&reporter, &free, self)) {
    limit_report(number);
    report(number, info, context);
  } else if (free == self && atomic_load(&is_reading_frames)) {
    siglongjmp(after_frames, 1);
  } else if (free != self) {
    // Another thread reports, and ends the program when it has.
    sleep_ms(1000 * (REPORT_SECONDS_MAX + 1));
  }
  die_of(number);
}

// MARK: installation

void ng_crash_install(const char *version) {
  strncpy(program_version, version, sizeof program_version - 1);
  ng_crash_note_modules();
  // The first call loads a library, which a handler may not do.
  void *frames[2];
  (void)backtrace(frames, 2);
  ng_crash_note_modules();
  ng_crash_prepare_thread();
  // Not deferred: what goes wrong while frames are read is heard as well.
  struct sigaction action = {
      .sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  for (int index = 0; index < SIGNAL_COUNT; index++) {
    struct sigaction present;
    if (sigaction(signals[index].number, NULL, &present) == 0 && present.sa_handler == SIG_DFL) {
      sigaction(signals[index].number, &action, NULL);
    }
  }
}

static _Thread_local void *signal_stack;

void ng_crash_prepare_thread(void) {
  stack_t present;
  if (sigaltstack(NULL, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0) {
    return;
  }
  signal_stack = malloc(SIGNAL_STACK_SIZE);
  stack_t stack = {.ss_sp = signal_stack, .ss_size = SIGNAL_STACK_SIZE};
  if (signal_stack != NULL && sigaltstack(&stack, NULL) != 0) {
    free(signal_stack);
    signal_stack = NULL;
  }
}

void ng_crash_release_thread(void) {
  if (signal_stack != NULL) {
    stack_t none = {.ss_flags = SS_DISABLE};
    (void)sigaltstack(&none, NULL);
    free(signal_stack);
    signal_stack = NULL;
  }
}

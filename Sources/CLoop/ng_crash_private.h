/// What the files of the crash report share. All of it but `ng_crash_note_modules` may be called
/// from a signal handler.
#ifndef NG_CRASH_PRIVATE_H
#define NG_CRASH_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ng_crash.h"

#pragma clang assume_nonnull begin

enum {
  NG_MODULE_COUNT_MAX = 160,
  NG_BUILD_ID_SIZE_MAX = 32,
  NG_FRAME_COUNT_MAX = 64,
};

/// The program, or a library of it.
typedef struct ng_module {
  /// What is added to the addresses of its file.
  uintptr_t base;
  uintptr_t start;
  uintptr_t end;
  char name[64];
  /// Hexadecimal; empty where there is none.
  char build_id[2 * NG_BUILD_ID_SIZE_MAX + 1];
} ng_module;

/// The module that `address` lies in.
const ng_module *_Nullable ng_crash_module(uintptr_t address);
const ng_module *ng_crash_program(void);

/// What a report says.
typedef struct ng_crash {
  const char *signal;
  /// Which the program touched; only with `has_address`.
  uintptr_t address;
  bool has_address;
  /// Who has sent the signal, 0 for nobody.
  int sender;
  const char *version;
  char thread[16];
  /// Where the program was, innermost first.
  uintptr_t frames[NG_FRAME_COUNT_MAX];
  int frame_count;
  /// CLOCK_REALTIME.
  int64_t time_ms;
  bool is_json;
  bool has_priority;
} ng_crash;

/// Writes the report to standard error. A reader that takes nothing for a second loses the rest.
void ng_crash_write(const ng_crash *crash);

#pragma clang assume_nonnull end

#endif

/// A report in the log of where the program has crashed.
///
/// Why: what Swift has for it, SWIFT_BACKTRACE, is another program that has to lie beside the
/// installed one and reads this one's memory, which the sandbox of the unit forbids. And why in C:
/// a signal handler may only do what signal-safety(7) lists, and Swift promises of no line that it
/// keeps to that.
#ifndef NG_CRASH_H
#define NG_CRASH_H

#pragma clang assume_nonnull begin

/// From now on a SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE or SIGABRT is reported to standard error,
/// before the program ends by it as it would have without the report: with its exit status, and
/// with a core where that is wanted. A signal that has a handler already, a sanitizer's or Swift's,
/// is left to it. Once, by the main thread; `version` is copied.
void ng_crash_install(const char *version);

/// How the lines of the report look: JSON or text, and with a priority in front for the journal.
/// Thread: any.
void ng_crash_set_style(int is_json, int has_priority);

/// Notes which libraries are loaded, so that addresses in those that came since can be told by
/// them. Thread: any, one at a time.
void ng_crash_note_modules(void);

/// Whether lines of the log wait to be written: the report lets them go first, for half a second
/// at most. Thread: any.
void ng_crash_set_log_waiting(int is_waiting);

/// Gives the calling thread a stack of its own for signals, so that a report can be made of a stack
/// that is full. Does nothing where it has one. To be taken back before the thread ends.
void ng_crash_prepare_thread(void);
void ng_crash_release_thread(void);

#pragma clang assume_nonnull end

#endif

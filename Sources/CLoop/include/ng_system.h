/// Clocks, random bytes and processors: what the Glibc module of Swift hides.
///
/// Thread: any.
#ifndef NG_SYSTEM_H
#define NG_SYSTEM_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// CLOCK_MONOTONIC in nanoseconds.
uint64_t ng_monotonic_ns(void);

/// CLOCK_REALTIME in milliseconds since 1970.
int64_t ng_wall_ms(void);

/// 64 bits from the kernel's generator (getrandom(2)). Aborts when the kernel has none.
uint64_t ng_random_u64(void);

/// The processors that this process may run on, 1 and up.
int ng_processor_count(void);

/// Names the calling thread, for `top -H` and the like; cut off after 15 bytes.
void ng_name_thread(const char *name);

/// Waits for the end of `thread` until `deadline_ns` of CLOCK_MONOTONIC. Returns 0, or an errno:
/// EBUSY when it still runs.
int ng_join_thread(pthread_t thread, uint64_t deadline_ns);

/// Lets the process open `wanted` descriptors, or as many as it may ask for; never fewer than
/// before. Returns how many those are then, 0 when that is not known.
uint64_t ng_raise_descriptor_limit(uint64_t wanted);

/// Gives memory that was freed back to the system, all of it that can be. Other threads that
/// allocate meanwhile may have to wait for some of it.
void ng_give_memory_back(void);

/// Makes writes to a closed pipe or socket fail instead of ending the process.
void ng_ignore_broken_pipes(void);

/// Opens /dev/null for those of standard input, output and error that are closed, or what is opened
/// next would be taken for them. Before anything is opened.
void ng_open_standard_descriptors(void);

/// Has signal `number` wait until the calling thread lets it through; threads that it starts keep
/// it waiting as well.
void ng_hold_signal(int number);
void ng_let_signal_through(int number);

#pragma clang assume_nonnull end

#endif

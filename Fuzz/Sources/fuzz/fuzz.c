// Hands libFuzzer's inputs to the target of GatewayFuzzing that the environment names. In C, since
// Swift packages see nothing of each other but public declarations, of which the gateway has none.

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// GatewayFuzzing/FuzzerEntry.swift
int ng_fuzz_choose(const char *name);
void ng_fuzz_check(const uint8_t *bytes, ptrdiff_t size);

// libFuzzer's, which has no header for them.
int LLVMFuzzerInitialize(int *argument_count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    const char *name = getenv("TARGET");
    if (name == NULL || !ng_fuzz_choose(name)) {
        fputs("TARGET in the environment must name a target: see FuzzTarget.swift\n", stderr);
        exit(64);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    ng_fuzz_check(bytes, (ptrdiff_t)size);
    return 0;
}

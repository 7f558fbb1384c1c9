/// A program that goes wrong in the way that it is told, with the gateway's report of crashes.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ng_crash.h"

static volatile int sink;

static int descend(volatile char *above, int depth) {
  volatile char frame[4096];
  frame[0] = (char)depth;
  return descend(frame, depth + 1) + frame[0] + above[0];
}

static void *fill_stack(void *context) {
  ng_crash_prepare_thread();
  sink = descend(context, 1);
  ng_crash_release_thread();
  return NULL;
}

int main(int count, char **arguments) {
  ng_crash_install("1.2.3");
  const char *way = count > 1 ? arguments[1] : "";
  if (strcmp(way, "address") == 0) {
    *(volatile int *)0x10 = 1;
  } else if (strcmp(way, "trap") == 0) {
    __builtin_trap();
  } else if (strcmp(way, "abort") == 0) {
    abort();
  } else if (strcmp(way, "jump") == 0) {
    ((void (*)(void))0x1234)();
  } else if (strcmp(way, "stack") == 0) {
    pthread_t thread;
    char byte = 0;
    pthread_create(&thread, NULL, fill_stack, &byte);
    pthread_join(thread, NULL);
  }
  return 0;
}

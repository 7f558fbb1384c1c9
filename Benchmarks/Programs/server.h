// What the small servers here share: a listening socket, the answer to an upgrade, ready frames.
#pragma once

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { frame_header_max = 10 };

static inline void fail(const char *what) {
  perror(what);
  exit(1);
}

static inline void raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) fail("setrlimit");
}

static inline struct sockaddr_in loopback(uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static inline int listening_socket(uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = loopback(port);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
  if (listen(fd, 4096) != 0) fail("listen");
  return fd;
}

// Writes a text frame of `size` bytes of payload to `out`; its whole size.
static inline size_t write_frame(uint8_t *out, size_t size) {
  size_t header = size < 126 ? 2 : size < 65536 ? 4 : 10;
  out[0] = 0x81;
  out[1] = (uint8_t)(size < 126 ? size : size < 65536 ? 126 : 127);
  for (size_t i = 2; i < header; i++) out[i] = (uint8_t)(size >> 8 * (header - 1 - i));
  memset(out + header, 'x', size);
  return header + size;
}

// `count` frames behind each other, with `room` bytes in front for who wants them.
static inline uint8_t *ready_frames(size_t payload, unsigned count, size_t room, size_t *size) {
  uint8_t *memory = malloc(room + count * (payload + frame_header_max));
  if (memory == NULL) fail("memory");
  *size = 0;
  for (unsigned i = 0; i < count; i++) *size += write_frame(memory + room + *size, payload);
  return memory + room;
}

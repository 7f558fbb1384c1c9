// One client's socket: opened, written, read once at a time, its frames counted.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

enum { ports_per_source = 20000, events_per_turn = 512 };

void fail(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "not as it should be");
  exit(1);
}

static uint64_t clock_ns(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

uint64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
uint64_t own_cpu_ns(void) { return clock_ns(CLOCK_PROCESS_CPUTIME_ID); }

static int connected_socket(uint16_t port, uint32_t number) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  if (fd < 0) fail("socket");
  // A source address for so many clients each: a port of the client's is free for each of them.
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number / ports_per_source);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0) fail("bind");
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) fail("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void dial(struct load *load, struct connection *connection, uint16_t port, bool uses_tls,
          const struct script *script, uint32_t number) {
  connection->fd = connected_socket(port, number);
  connection->script = script;
  load->opening_count++;
  if (fcntl(connection->fd, F_SETFL, O_NONBLOCK) != 0) fail("non-blocking");
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0) fail("epoll_ctl");
  if (uses_tls) {
    connection->tls = SSL_new(load->tls);
    if (connection->tls == NULL || SSL_set_fd(connection->tls, connection->fd) != 1) fail("TLS");
    SSL_set_connect_state(connection->tls);
    connection->is_shaking = true;
    SSL_do_handshake(connection->tls);
  } else {
    begin_step(load, connection);
  }
}

// A reset, so that no port waits for late segments.
void hang_up(struct connection *connection) {
  struct linger linger = {.l_onoff = 1};
  setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  SSL_free(connection->tls);
  close(connection->fd);
}

static ssize_t send_some(struct connection *connection, const char *bytes, size_t size) {
  if (connection->tls == NULL) return send(connection->fd, bytes, size, MSG_NOSIGNAL);
  int sent = SSL_write(connection->tls, bytes, (int)size);
  if (sent > 0) return sent;
  errno = SSL_get_error(connection->tls, sent) == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
  return -1;
}

void send_all(struct connection *connection, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t sent = send_some(connection, bytes, size);
    if (sent < 0 && errno != EAGAIN) fail("send");
    if (sent < 0) {
      struct pollfd writable = {.fd = connection->fd, .events = POLLOUT};
      if (poll(&writable, 1, 10000) != 1) fail("a server that reads nothing");
      continue;
    }
    bytes += sent;
    size -= (size_t)sent;
  }
}

static void frame_ended(struct load *load, struct connection *connection) {
  if (connection->opcode == 8) fail("the server has closed a connection");
  if (connection->opcode > 2) return;
  connection->frames++;
  if (connection->is_open) {
    heard(load, connection);
  } else {
    opening_heard(load, connection);
  }
}

// The length of the frame whose header is complete; its payload is what is left of it.
static void header_ended(struct load *load, struct connection *connection, unsigned wanted) {
  uint64_t size = connection->header[1] & 127;
  if (wanted > 2) {
    size = 0;
    for (unsigned i = 2; i < wanted; i++) size = size << 8 | connection->header[i];
  }
  connection->opcode = connection->header[0] & 15;
  connection->header_size = 0;
  connection->left = size;
  if (connection->opcode <= 2) {
    load->payload_size = size;
    if (size < load->payload_min) load->payload_min = size;
    if (size > load->payload_max) load->payload_max = size;
  }
  if (size == 0) frame_ended(load, connection);
}

static void frames_received(struct load *load, struct connection *connection, const char *bytes,
                            size_t size) {
  while (size > 0) {
    if (connection->left > 0) {
      size_t part = size < connection->left ? size : (size_t)connection->left;
      connection->left -= part;
      bytes += part;
      size -= part;
      if (connection->left == 0) frame_ended(load, connection);
      continue;
    }
    connection->header[connection->header_size++] = (uint8_t)*bytes++;
    size--;
    if (connection->header_size < 2) continue;
    unsigned length = connection->header[1] & 127;
    unsigned wanted = length < 126 ? 2 : length == 126 ? 4 : 10;
    if (connection->header_size == wanted) header_ended(load, connection, wanted);
  }
}

// Counts the status lines; an answer that is not 2xx is the end.
static void http_received(struct load *load, struct connection *connection, const char *bytes,
                          size_t size) {
  static const char line[] = "HTTP/1.1 2";
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] == line[connection->head_match]) {
      connection->head_match++;
    } else if (connection->head_match == sizeof line - 2) {
      fprintf(stderr, "%.*s\n", (int)size, bytes);
      fail("an answer other than 2xx");
    } else {
      connection->head_match = bytes[i] == line[0];
    }
    if (connection->head_match == sizeof line - 1) {
      connection->head_match = 0;
      answered(load, connection->writer);
    }
  }
}

static void received(struct load *load, struct connection *connection, const char *bytes,
                     size_t size) {
  if (connection->is_http) {
    http_received(load, connection, bytes, size);
    return;
  }
  if (!connection->is_open) {
    size_t taken = opening_received(load, connection, bytes, size);
    bytes += taken;
    size -= taken;
  }
  frames_received(load, connection, bytes, size);
}

static bool receive_tls(struct load *load, struct connection *connection, char *buffer) {
  if (connection->is_shaking) {
    if (SSL_do_handshake(connection->tls) != 1) {
      int error = SSL_get_error(connection->tls, -1);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) fail("TLS handshake");
      return false;
    }
    connection->is_shaking = false;
    begin_step(load, connection);
  }
  // OpenSSL has read a record or several of them: what it has is not heard of by epoll again.
  do {
    int size = SSL_read(connection->tls, buffer, receive_size);
    if (size <= 0) {
      if (SSL_get_error(connection->tls, size) == SSL_ERROR_WANT_READ) return true;
      fail("a TLS connection that ended");
    }
    received(load, connection, buffer, (size_t)size);
  } while (SSL_pending(connection->tls) > 0);
  return true;
}

bool receive(struct load *load, struct connection *connection) {
  static char buffer[receive_size];
  if (connection->tls != NULL) return receive_tls(load, connection, buffer);
  ssize_t size = recv(connection->fd, buffer, sizeof buffer, 0);
  if (size < 0 && errno == EAGAIN) return false;
  if (size <= 0) fail("a connection that ended");
  received(load, connection, buffer, (size_t)size);
  return true;
}

int turn(struct load *load, int timeout_ms) {
  struct epoll_event events[events_per_turn];
  int count = epoll_wait(load->epoll, events, events_per_turn, timeout_ms);
  if (count < 0 && errno != EINTR) fail("epoll_wait");
  for (int i = 0; i < count; i++) {
    if (events[i].data.ptr != NULL) receive(load, events[i].data.ptr);
  }
  return count;
}

int turn_awake(struct load *load, uint64_t timeout_ms) {
  uint64_t end = now_ns() + timeout_ms * 1000000;
  for (uint64_t start; (start = now_ns()) < end;) {
    int count = turn(load, 0);
    if (count > 0) {
      load->busy_ns += now_ns() - start;
      return count;
    }
    // Where the API has no core of its own, it has this one.
    sched_yield();
  }
  return 0;
}

// api PORT SIZE: a notes API that answers at once, every request with the same note of SIZE bytes.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server.h"

enum { request_size_max = 256 << 10 };

struct connection {
  int fd;
  size_t size;
  char bytes[request_size_max];
};

static char *answer;
static size_t answer_size;

static void prepare_answer(size_t size) {
  static const char opening[] = "{\"id\":\"n\",\"content\":\"", closing[] = "\"}";
  size_t fixed = sizeof opening + sizeof closing - 2;
  size_t filling = size > fixed ? size - fixed : 0;
  answer = malloc(fixed + filling + 256);
  if (answer == NULL) fail("memory");
  answer_size = (size_t)sprintf(answer,
                                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                "Content-Length: %zu\r\n\r\n%s",
                                fixed + filling, opening);
  memset(answer + answer_size, 'x', filling);
  answer_size += filling;
  answer_size += (size_t)sprintf(answer + answer_size, "%s", closing);
}

// The size of the first request, head and body, or 0 while it is not whole.
static size_t request_size(const struct connection *connection) {
  const char *end = memmem(connection->bytes, connection->size, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  size_t head = (size_t)(end - connection->bytes) + 4, body = 0;
  const char *length = strcasestr(connection->bytes, "\r\ncontent-length:");
  if (length != NULL && length < end) body = (size_t)atol(length + 17);
  return connection->size < head + body ? 0 : head + body;
}

static void answer_all(struct connection *connection) {
  for (size_t size; (size = request_size(connection)) > 0;) {
    if (send(connection->fd, answer, answer_size, MSG_NOSIGNAL) != (ssize_t)answer_size) return;
    connection->size -= size;
    memmove(connection->bytes, connection->bytes + size, connection->size + 1);
  }
}

static void readable(struct connection *connection) {
  ssize_t size = recv(connection->fd, connection->bytes + connection->size,
                      request_size_max - 1 - connection->size, 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) {
    close(connection->fd);
    free(connection);
    return;
  }
  connection->size += (size_t)size;
  connection->bytes[connection->size] = 0;
  answer_all(connection);
}

static void accept_one(int listener, int epoll) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
  if (fd < 0) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL) fail("memory");
  connection->fd = fd;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

int main(int argc, char **argv) {
  if (argc != 3) return 64;
  raise_descriptor_limit();
  prepare_answer((size_t)atol(argv[2]));
  int listener = listening_socket((uint16_t)atoi(argv[1])), epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0) fail("epoll_ctl");
  for (;;) {
    struct epoll_event events[64];
    int count = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == NULL) accept_one(listener, epoll);
      else readable(events[i].data.ptr);
    }
  }
}

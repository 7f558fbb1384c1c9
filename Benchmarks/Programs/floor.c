// floor PORT PAYLOAD [API_PORT]: the least that a fan-out can cost. Whoever upgrades on another
// path than /trigger is a member. A trigger's message of "1" sends a ready frame to each member
// with a send() each; one of "8" sends eight with a writev() each. Nothing is parsed that need not
// be. With an API the message of "1" is first PUT to it, and its answer waited for.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "server.h"

enum { descriptor_max = 1 << 20, gathered_count = 8, trigger_size = 7 };

enum role { role_none, role_upgrading, role_member, role_trigger };

static uint8_t roles[descriptor_max];
static int members[descriptor_max];
static unsigned member_count;
static uint8_t *frame;
static size_t frame_size;
static int api = -1;
static char *request;
static size_t request_size;

// Any key of the client's will do: the load client sends the one of RFC 6455.
static const char upgraded[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void wait_until_writable(int fd) {
  struct pollfd writable = {.fd = fd, .events = POLLOUT};
  if (poll(&writable, 1, 10000) != 1) fail("a member that reads nothing");
}

static void send_rest(int fd, size_t sent, unsigned count) {
  for (size_t whole = frame_size * count; sent < whole;) {
    size_t offset = sent % frame_size;
    ssize_t more = send(fd, frame + offset, frame_size - offset, MSG_NOSIGNAL);
    if (more < 0 && errno != EAGAIN) fail("send");
    if (more < 0) wait_until_writable(fd);
    if (more > 0) sent += (size_t)more;
  }
}

static void broadcast_single(void) {
  for (unsigned i = 0; i < member_count; i++) {
    ssize_t sent = send(members[i], frame, frame_size, MSG_NOSIGNAL);
    if (sent != (ssize_t)frame_size) send_rest(members[i], sent > 0 ? (size_t)sent : 0, 1);
  }
}

static void broadcast_gathered(void) {
  struct iovec parts[gathered_count];
  for (unsigned i = 0; i < gathered_count; i++) parts[i] = (struct iovec){frame, frame_size};
  for (unsigned i = 0; i < member_count; i++) {
    ssize_t sent = writev(members[i], parts, gathered_count);
    if (sent == (ssize_t)(frame_size * gathered_count)) continue;
    send_rest(members[i], sent > 0 ? (size_t)sent : 0, gathered_count);
  }
}

static void connect_api(uint16_t port, size_t body_size) {
  struct sockaddr_in address = loopback(port);
  int on = 1;
  api = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(api, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(api, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  request = malloc(body_size + 256);
  if (request == NULL) fail("memory");
  request_size = (size_t)sprintf(request,
                                 "PUT /api/notes/n HTTP/1.1\r\nHost: localhost\r\n"
                                 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                                 body_size);
  memset(request + request_size, 'x', body_size);
  request_size += body_size;
}

// Its answers are one JSON object each, of which the brace that ends it is the last byte only.
static void ask_api(void) {
  static char answer[1 << 16];
  ssize_t size;
  if (send(api, request, request_size, MSG_NOSIGNAL) != (ssize_t)request_size) fail("API");
  do {
    size = recv(api, answer, sizeof answer, 0);
    if (size <= 0) fail("API");
  } while (answer[size - 1] != '}');
}

static void upgrade(int fd, const char *head) {
  roles[fd] = strstr(head, "GET /trigger") != NULL ? role_trigger : role_member;
  if (roles[fd] == role_member) members[member_count++] = fd;
  if (send(fd, upgraded, sizeof upgraded - 1, MSG_NOSIGNAL) < 0) fail("send");
}

static void leave(int fd) {
  for (unsigned i = 0; i < member_count; i++) {
    if (members[i] == fd) members[i] = members[--member_count];
  }
  roles[fd] = role_none;
  close(fd);
}

// Messages of one character, masked with zeros: several may have come at once.
static void triggered(const char *messages, ssize_t size) {
  for (ssize_t i = trigger_size; i <= size; i += trigger_size) {
    if (messages[i - 1] == '8') {
      broadcast_gathered();
    } else {
      if (api >= 0) ask_api();
      broadcast_single();
    }
  }
}

static void readable(int fd) {
  static char buffer[1 << 16];
  ssize_t size = recv(fd, buffer, sizeof buffer - 1, 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) {
    leave(fd);
    return;
  }
  buffer[size] = 0;
  if (roles[fd] == role_upgrading) {
    upgrade(fd, buffer);
  } else if (roles[fd] == role_trigger) {
    triggered(buffer, size);
  }
}

static void accept_one(int listener, int epoll) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
  if (fd < 0 || fd >= descriptor_max) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  roles[fd] = role_upgrading;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

int main(int argc, char **argv) {
  if (argc != 3 && argc != 4) return 64;
  raise_descriptor_limit();
  size_t payload = (size_t)atol(argv[2]);
  frame = ready_frames(payload, 1, 0, &frame_size);
  if (argc == 4) connect_api((uint16_t)atoi(argv[3]), payload);
  int listener = listening_socket((uint16_t)atoi(argv[1])), epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0) fail("epoll_ctl");
  for (;;) {
    struct epoll_event events[256];
    int count = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.fd == listener) accept_one(listener, epoll);
      else readable(events[i].data.fd);
    }
  }
}

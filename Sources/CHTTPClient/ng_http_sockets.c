#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ng_http_internal.h"

// libcurl tells the owner of a request no descriptor before the request is done, only the addresses
// of both ends. Hence the table, which is small: at most a socket or two for each connection.

static void describe(open_socket *socket, const struct sockaddr *remote) {
  const void *bytes = remote->sa_family == AF_INET6
                          ? (const void *)&((const struct sockaddr_in6 *)remote)->sin6_addr
                          : (const void *)&((const struct sockaddr_in *)remote)->sin_addr;
  (void)inet_ntop(remote->sa_family, bytes, socket->remote_ip, sizeof socket->remote_ip);
}

open_socket *ng_http_find_socket(client_impl *client, int descriptor) {
  for (size_t index = 0; index < client->socket_count; index++) {
    if (client->sockets[index].descriptor == descriptor) {
      return &client->sockets[index];
    }
  }
  return NULL;
}

static void forget(client_impl *client, int descriptor) {
  open_socket *socket = ng_http_find_socket(client, descriptor);
  if (socket != NULL) {
    ng_http_free_watched(socket->watched);
    *socket = client->sockets[--client->socket_count];
  }
}

void ng_http_forget_sockets(client_impl *client) {
  while (client->socket_count > 0) {
    forget(client, client->sockets[client->socket_count - 1].descriptor);
  }
}

static void remember(client_impl *client, int descriptor, const struct sockaddr *remote) {
  // libcurl 7.88 does not say that it closes a socket that never got its connection. Where the
  // number is given out again, it has.
  forget(client, descriptor);
  if (client->socket_count == client->socket_capacity) {
    size_t capacity = client->socket_capacity == 0 ? 16 : client->socket_capacity * 2;
    client->sockets =
        ng_require_memory(realloc(client->sockets, capacity * sizeof *client->sockets));
    client->socket_capacity = capacity;
  }
  open_socket *added = &client->sockets[client->socket_count++];
  *added = (open_socket){.descriptor = descriptor};
  describe(added, remote);
}

curl_socket_t ng_http_open_socket(void *context, curlsocktype purpose,
                                  struct curl_sockaddr *address) {
  (void)purpose;
  client_impl *client = context;
  int descriptor = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (descriptor < 0) {
    return CURL_SOCKET_BAD;
  }
  // A failure leaves the kernel's own limit, of a quarter of an hour.
  (void)setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &client->unacknowledged_timeout_ms,
                   sizeof client->unacknowledged_timeout_ms);
  remember(client, descriptor, &address->addr);
  return descriptor;
}

int ng_http_close_socket(void *context, curl_socket_t descriptor) {
  forget(context, descriptor);
  return close(descriptor);
}

static int local_port_of(open_socket *socket) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (socket->local_port == 0 &&
      getsockname(socket->descriptor, (struct sockaddr *)&address, &size) == 0) {
    if (address.ss_family == AF_INET) {
      socket->local_port = ntohs(((struct sockaddr_in *)&address)->sin_port);
    } else if (address.ss_family == AF_INET6) {
      socket->local_port = ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    }
  }
  return socket->local_port;
}

bool ng_http_has_input(int descriptor) {
  char byte;
  ssize_t size = recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

// A server speaks only when it is asked. If one has said something on a connection nevertheless (a
// 408 before it closes, or two answers to the request before), libcurl 7.88 would take that for the
// answer to the next request, which may be another user's. And if it has closed the connection, the
// request would be lost on the way although nobody can have read it. Shutting down our own end
// makes the write fail before a byte is out: libcurl then closes the connection and, when it was a
// reused one, makes another.
void ng_http_refuse_unasked_input(client_impl *client, const char *remote_ip, int local_port) {
  // Over TLS the bytes may be a session ticket, over HTTP/2 a ping: there, libcurl's own look at
  // the connection, which finds a closed one, must do.
  if (client->is_tls) {
    return;
  }
  for (size_t index = 0; index < client->socket_count; index++) {
    open_socket *socket = &client->sockets[index];
    // The remote address too: two sockets may share a local port when they go to different ones.
    if (local_port_of(socket) == local_port && strcmp(socket->remote_ip, remote_ip) == 0 &&
        ng_http_has_input(socket->descriptor)) {
      (void)shutdown(socket->descriptor, SHUT_RDWR);
    }
  }
}

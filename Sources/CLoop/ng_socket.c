#include "ng_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/// `descriptor`, or the errno of what failed after closing it.
static int closed_with_error(int descriptor) {
  int error = errno;
  close(descriptor);
  return -error;
}

/// The same socket, listening; or a negative errno, which `descriptor` may be already.
static int listening(int descriptor, int backlog) {
  if (descriptor < 0) {
    return descriptor;
  }
  return listen(descriptor, backlog) < 0 ? closed_with_error(descriptor) : descriptor;
}

static int bound(int descriptor, const struct sockaddr *address, socklen_t size) {
  return bind(descriptor, address, size) < 0 ? closed_with_error(descriptor) : descriptor;
}

static int new_stream_socket(int family) {
  return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static int bind_tcp(const char *address, uint16_t port, int is_shared) {
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  bool is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
  if (!is_v4 && inet_pton(AF_INET6, address, &v6.sin6_addr) != 1) {
    return -EINVAL;
  }
  int descriptor = new_stream_socket(is_v4 ? AF_INET : AF_INET6);
  if (descriptor < 0) {
    return -errno;
  }
  int on = 1;
  if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
      (is_shared != 0 &&
       setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0)) {
    return closed_with_error(descriptor);
  }
  if (!is_v4 && setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0) {
    return closed_with_error(descriptor);
  }
  return is_v4 ? bound(descriptor, (struct sockaddr *)&v4, sizeof v4)
               : bound(descriptor, (struct sockaddr *)&v6, sizeof v6);
}

int ng_listen_tcp(const char *address, uint16_t port, int is_shared, int backlog) {
  return listening(bind_tcp(address, port, is_shared), backlog);
}

int ng_probe_tcp(const char *address, uint16_t port, int is_shared) {
  int descriptor = bind_tcp(address, port, is_shared);
  if (descriptor < 0) {
    return descriptor;
  }
  close(descriptor);
  return 0;
}

/// Removes a socket that a process left behind when it ended, and nothing else.
static void remove_stale_socket(const struct sockaddr_un *address) {
  struct stat status;
  if (lstat(address->sun_path, &status) < 0 || !S_ISSOCK(status.st_mode)) {
    return;
  }
  int probe = new_stream_socket(AF_UNIX);
  if (probe < 0) {
    return;
  }
  int result = connect(probe, (const struct sockaddr *)address, sizeof *address);
  if (result < 0 && errno == ECONNREFUSED) {
    unlink(address->sun_path);
  }
  close(probe);
}

static int bind_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    return -ENAMETOOLONG;
  }
  strcpy(address.sun_path, path);
  remove_stale_socket(&address);
  int descriptor = new_stream_socket(AF_UNIX);
  if (descriptor < 0) {
    return -errno;
  }
  return bound(descriptor, (struct sockaddr *)&address, sizeof address);
}

int ng_listen_unix(const char *path, int backlog) { return listening(bind_unix(path), backlog); }

int ng_probe_unix(const char *path) {
  int descriptor = bind_unix(path);
  if (descriptor < 0) {
    return descriptor;
  }
  unlink(path);
  close(descriptor);
  return 0;
}

uint16_t ng_socket_port(int descriptor) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(descriptor, (struct sockaddr *)&address, &size) < 0) {
    return 0;
  }
  switch (address.ss_family) {
  case AF_INET:
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
  case AF_INET6:
    return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
  default:
    return 0;
  }
}

static void describe_peer(const struct sockaddr_storage *address, ng_peer_address *peer) {
  memset(peer, 0, sizeof *peer);
  if (address->ss_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    peer->family = NG_FAMILY_IPV4;
    peer->port = ntohs(v4->sin_port);
    memcpy(peer->bytes, &v4->sin_addr, 4);
  } else if (address->ss_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
    peer->family = NG_FAMILY_IPV6;
    peer->port = ntohs(v6->sin6_port);
    memcpy(peer->bytes, &v6->sin6_addr, 16);
  }
}

int ng_accept(int listener, ng_peer_address *peer) {
  struct sockaddr_storage address = {0};
  socklen_t size = sizeof address;
  int descriptor;
  do {
    descriptor =
        accept4(listener, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) {
    return -errno;
  }
  describe_peer(&address, peer);
  if (peer->family != NG_FAMILY_UNIX) {
    int on = 1;
    // A failure means that the peer is gone, which the next read says as well.
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return descriptor;
}

int ng_hold_off(int listener) {
  enum { FLAGS_OFFSET = 13, SYN = 0x02, ACK = 0x10 };
  // Runs over each packet, from its TCP header on; what it returns is how much of it is kept.
  struct sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FLAGS_OFFSET),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SYN | ACK),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYN, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
  };
  struct sock_fprog filter = {.len = sizeof steps / sizeof *steps, .filter = steps};
  return setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0 ? -errno
                                                                                       : 0;
}

ptrdiff_t ng_receive(int descriptor, void *buffer, size_t size) {
  ssize_t count;
  do {
    count = recv(descriptor, buffer, size, 0);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

ptrdiff_t ng_send(int descriptor, const void *bytes, size_t size) {
  ssize_t count;
  do {
    count = send(descriptor, bytes, size, MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

void ng_shutdown_write(int descriptor) { (void)shutdown(descriptor, SHUT_WR); }

void ng_reset_at_close(int descriptor) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  // A failure means that the peer is gone already.
  (void)setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

void ng_close(int descriptor) { close(descriptor); }

int ng_socket_pair(int ends[2]) {
  int result = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends);
  return result < 0 ? -errno : 0;
}

int ng_send_datagram(const char *name, const void *bytes, size_t size) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t name_size = strlen(name);
  if (name_size == 0 || name_size >= sizeof address.sun_path) {
    return -EINVAL;
  }
  memcpy(address.sun_path, name, name_size);
  if (name[0] == '@') {
    address.sun_path[0] = '\0';
  }
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    return -errno;
  }
  struct timeval patience = {.tv_sec = 1};
  (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  // An abstract name has no end but that of the address.
  socklen_t address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name_size);
  ssize_t count;
  do {
    count = sendto(descriptor, bytes, size, MSG_NOSIGNAL, (struct sockaddr *)&address,
                   address_size);
  } while (count < 0 && errno == EINTR);
  int result = count < 0 ? -errno : 0;
  close(descriptor);
  return result;
}

int ng_take_listener(int descriptor, ng_listen_address *listener) {
  struct sockaddr_storage address = {0};
  socklen_t size = sizeof address;
  int type = 0;
  int is_listening = 0;
  socklen_t int_size = sizeof type;
  if (getsockname(descriptor, (struct sockaddr *)&address, &size) < 0 ||
      getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &int_size) < 0 ||
      getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &int_size) < 0) {
    return -errno;
  }
  if (type != SOCK_STREAM || is_listening == 0) {
    return -EINVAL;
  }
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0 ||
      fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) {
    return -errno;
  }
  memset(listener, 0, sizeof *listener);
  describe_peer(&address, &listener->address);
  if (address.ss_family == AF_UNIX) {
    // One without a NUL at its end fills the address; an abstract one begins with it.
    size_t path_size = size - offsetof(struct sockaddr_un, sun_path);
    size_t room = sizeof listener->path - 1;
    memcpy(listener->path, ((struct sockaddr_un *)&address)->sun_path,
           path_size < room ? path_size : room);
  } else if (listener->address.family == NG_FAMILY_UNIX) {
    return -EINVAL;
  }
  return 0;
}

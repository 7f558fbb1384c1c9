/// Sockets, with what the Glibc module of Swift hides or has no error for.
///
/// All of them are non-blocking and closed on exec. Functions that can fail return a negative
/// errno. Thread: any; the functions keep nothing.
#ifndef NG_SOCKET_H
#define NG_SOCKET_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

enum { NG_FAMILY_UNIX = 0, NG_FAMILY_IPV4 = 4, NG_FAMILY_IPV6 = 6 };

/// Who is at the other end. `bytes` is in network order, 4 or 16 of them, none for a UNIX socket.
typedef struct ng_peer_address {
  uint8_t family;
  uint8_t bytes[16];
  uint16_t port;
} ng_peer_address;

/// Listens on a literal IPv4 or IPv6 address. Port 0 picks a free one. With `is_shared` the port
/// can be shared with other such sockets of the same user (SO_REUSEPORT). An IPv6 socket takes IPv6
/// only.
int ng_listen_tcp(const char *address, uint16_t port, int is_shared, int backlog);

/// Listens on a UNIX socket at `path` with mode 0666 less the umask; a socket that is there and
/// that nobody listens on is replaced.
int ng_listen_unix(const char *path, int backlog);

/// Whether one could listen there now: 0, or a negative errno. Nothing listens for that, so that no
/// client comes to harm. Of a UNIX socket that nobody listens on any more the file is removed.
int ng_probe_tcp(const char *address, uint16_t port, int is_shared);
int ng_probe_unix(const char *path);

/// The local port, 0 for a UNIX socket.
uint16_t ng_socket_port(int descriptor);

/// Takes one waiting connection, with TCP_NODELAY where it is TCP. -EAGAIN when none waits.
int ng_accept(int listener, ng_peer_address *peer);

/// From now on no client begins to connect: its first packet is dropped, and repeated by its kernel
/// a second later, when the socket is closed and another may be open at its port. Who has begun
/// goes on, and can be accepted. Only of a TCP socket that nobody else listens on. Returns 0 or a
/// negative errno.
int ng_hold_off(int listener);

/// Reads what is there. 0 at the end of the stream, -EAGAIN when nothing is there.
ptrdiff_t ng_receive(int descriptor, void *buffer, size_t size);

/// Writes what fits, without SIGPIPE.
ptrdiff_t ng_send(int descriptor, const void *bytes, size_t size);

/// Says that nothing more will be written.
void ng_shutdown_write(int descriptor);

/// Makes `ng_close` a reset: what was written may be lost, and the peer is told of an error.
void ng_reset_at_close(int descriptor);

void ng_close(int descriptor);

/// Sends one datagram to the UNIX socket at `name`, a path or, behind an `@`, a name in the
/// abstract name space; waits a second at most. Returns 0 or a negative errno.
int ng_send_datagram(const char *name, const void *bytes, size_t size);

/// Where a listening stream socket listens.
typedef struct ng_listen_address {
  ng_peer_address address;
  /// Of a UNIX socket that has one: ends with NUL, empty where there is none.
  char path[128];
} ng_listen_address;

/// Makes a socket that another program has opened one of ours: non-blocking, closed on exec.
/// Returns 0 with its address, or a negative errno: -EINVAL for no listening stream socket.
int ng_take_listener(int descriptor, ng_listen_address *address);

/// Two ends of one stream, in `ends`. Returns 0 or a negative errno.
int ng_socket_pair(int ends[_Nonnull 2]);

#pragma clang assume_nonnull end

#endif

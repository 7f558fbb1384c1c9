/// A WebSocket connection: messages in, encoded frames out.
///
/// libwebsockets reads, answers pings and watches the protocol. What the gateway says is written as
/// frames that it encoded itself, closing frames included.
///
/// Plain, there is one connection of libwebsockets. With TLS there are two, with a socket pair
/// between: the raw one that the client is connected to, and one that gets its decrypted bytes
/// through the pair. Frames of the gateway go to the raw one directly.
#ifndef NG_WEBSOCKET_H
#define NG_WEBSOCKET_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Who it is, in its owner's terms.
typedef struct ng_ws_connection {
  uint32_t slot;
  uint32_t generation;
} ng_ws_connection;

/// The closing code that stands for a closing frame without one, and for none at all. Source: RFC
/// 6455 section 7.4.1.
enum { NG_WS_NO_CODE = 1005, NG_WS_ABNORMAL = 1006 };

/// Bytes are borrowed for the call. Each callback may call any function on the connection; none of
/// them runs after `closed`.
typedef struct ng_ws_callbacks {
  /// The handshake is done and the answer is on its way: frames may be written.
  void (*opened)(void *context, ng_ws_connection *connection);
  /// One whole text message, which is valid UTF-8.
  void (*text)(void *context, ng_ws_connection *connection, const uint8_t *bytes, size_t size);
  /// One whole text message came that was larger than what is kept before `ng_ws_trust`, and was
  /// dropped.
  void (*too_early)(void *context, ng_ws_connection *connection);
  /// One whole binary message came, and was dropped.
  void (*binary)(void *context, ng_ws_connection *connection);
  /// A message passed, or announces to pass, `message_size_max`. Nothing more is read out of this
  /// connection but the peer's closing frame.
  void (*too_large)(void *context, ng_ws_connection *connection);
  /// The peer is there: it answered a ping, or a part of a message came. Whole messages are told as
  /// such only.
  void (*heard)(void *context, ng_ws_connection *connection);
  /// The peer's closing frame came, with `code`, or with a body that may not be: then `is_broken`,
  /// and `code` says what is wrong with it (1002 or 1007). What is to be said yet must be said from
  /// within, with `ng_ws_write_last`: the connection is closed on return.
  void (*peer_closed)(void *context, ng_ws_connection *connection, uint16_t code, int is_broken);
  /// libwebsockets closes on its own, for the peer broke the protocol. With `has_last_word` what is
  /// written from within goes out before its closing frame. Otherwise, and after that, nothing may
  /// be written any more but the rest of a frame.
  void (*closing)(void *context, ng_ws_connection *connection, int has_last_word);
  /// After `ng_ws_write` did not take all, or `ng_ws_is_writable` was false: it may be tried again.
  void (*writable)(void *context, ng_ws_connection *connection);
  /// The end; the connection is freed on return. `code` is what `peer_closed` had, or that of the
  /// closing frame that libwebsockets sent, or NG_WS_ABNORMAL.
  void (*closed)(void *context, ng_ws_connection *connection, uint16_t code);
} ng_ws_callbacks;

/// From now on messages are kept up to `message_size_max`. Until then anybody could have as much
/// kept, for each of as many connections as they may open.
void ng_ws_trust(ng_ws_connection *connection);

/// Whether `ng_ws_write` would take something now. When not, `writable` follows by itself.
int ng_ws_is_writable(ng_ws_connection *connection);

/// Writes frames at once. `bytes` ends where a frame ends, and begins where one begins, or where
/// the last call stopped. Returns how many bytes were taken, which are on their way then; -1 when
/// the connection is broken, and `closed` follows. When it is less than `size`, `writable` follows,
/// and the rest must be the next that is written.
ptrdiff_t ng_ws_write(ng_ws_connection *connection, const uint8_t *bytes, size_t size);

/// Looks up for `count` connections, all at the same time, where the next `ng_ws_write` to each may
/// go: its socket, or -1 for those that are to be written to by `ng_ws_write`. Good until anything
/// else is done with the connection.
void ng_ws_find_sockets(ng_ws_connection *_Nullable const *_Nonnull connections, size_t count,
                        int *sockets);

/// `ng_ws_write`, once, where the socket is known.
ptrdiff_t ng_ws_write_to_socket(ng_ws_connection *connection, int socket, const uint8_t *bytes,
                                size_t size);

/// What one call to `ng_ws_write` can make good use of: one system call, or one record of TLS.
size_t ng_ws_write_size(ng_ws_connection *connection);

/// Asks for `writable` although nothing is in the way, for the sake of others who want to run.
void ng_ws_request_writable(ng_ws_connection *connection);

/// Writes a closing frame, `size` up to 127, as the last of all that is said. Returns 1 when it is
/// on its way, 0 when `ng_ws_write` would have taken nothing either, with what follows from that,
/// and -1 when the connection is broken.
int ng_ws_write_last(ng_ws_connection *connection, const uint8_t *bytes, size_t size);

/// Ends the connection without ceremony, soon: `closed` follows.
void ng_ws_drop(ng_ws_connection *connection);

#pragma clang assume_nonnull end

#endif

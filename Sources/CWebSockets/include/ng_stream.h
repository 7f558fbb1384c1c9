/// A connection before it is a WebSocket: bytes in and out, plain or through TLS, to its owner the
/// same.
///
/// A plain one is a descriptor of ours on the loop. One with TLS is a raw connection of
/// libwebsockets, which does nothing to it but TLS.
#ifndef NG_STREAM_H
#define NG_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "ng_server.h"
#include "ng_websocket.h"

#pragma clang assume_nonnull begin

typedef struct ng_stream {
  void *context;
} ng_stream;

/// None of them runs after `ng_stream_close` or a successful `ng_stream_upgrade`. Each of them may
/// call any function on the stream.
typedef struct ng_stream_callbacks {
  /// Bytes of the peer, borrowed for the call, at least one. May come once more after reading was
  /// stopped.
  void (*received)(void *context, const uint8_t *bytes, size_t size);
  /// After an `ng_stream_write` that did not take all: it will take more.
  void (*writable)(void *context);
  /// The peer will send nothing more. With `is_broken` nothing can be sent to it either. Once.
  void (*ended)(void *context, int is_broken);
} ng_stream_callbacks;

/// A stream on a connected socket, and reading. The descriptor is the stream's from now on, also
/// when NULL is returned: then it is closed, and no callback was called.
ng_stream *_Nullable ng_stream_new_plain(ng_server *server, int descriptor, void *context,
                                         const ng_stream_callbacks *callbacks);

/// The same with TLS of index `tls_index`. The handshake goes on by itself; `received` is the first
/// that is heard of its success, `ended` of its failure.
ng_stream *_Nullable ng_stream_new_tls(ng_server *server, int tls_index, int descriptor,
                                       void *context, const ng_stream_callbacks *callbacks);

/// Whether the peer's bytes are wanted; until they are, they stay with the peer.
void ng_stream_set_reading(ng_stream *stream, int is_reading);

/// Writes what can be written without waiting. Returns how many bytes were taken, which are on
/// their way then; -1 when the connection is broken. When it is less than `size`, `writable`
/// follows.
ptrdiff_t ng_stream_write(ng_stream *stream, const void *bytes, size_t size);

/// Whether there is somebody to talk to: with TLS not before the handshake is done.
int ng_stream_is_established(ng_stream *stream);

/// Tells the peer that nothing more will come, once all that was taken has gone out. Reading goes
/// on.
void ng_stream_end_output(ng_stream *stream);

/// Makes the close, which has to follow, tell the peer of an error: nothing of it looks like an
/// orderly end.
void ng_stream_reset_at_close(ng_stream *stream);

/// Closes the connection without waiting for anything, and frees the stream.
void ng_stream_close(ng_stream *stream);

enum { NG_WS_KEY_SIZE = 24 };

/// Turns the stream into a WebSocket connection, with `key` (NG_WS_KEY_SIZE bytes) out of the
/// client's request and what the client sent behind that request. libwebsockets answers with the
/// 101. All bytes given are copied.
///
/// `opened` may be called from within, or later; the face's `slot` and `generation` are the given
/// ones. The stream is gone in any case. NULL when there will be no connection and no callback.
/// Must not be called from within a callback of a WebSocket connection.
ng_ws_connection *_Nullable ng_stream_upgrade(ng_stream *stream, const uint8_t *key,
                                              const uint8_t *_Nullable following,
                                              size_t following_size, uint32_t slot,
                                              uint32_t generation);

#pragma clang assume_nonnull end

#endif

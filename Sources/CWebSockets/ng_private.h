/// What the files of this target share: the whole structs, and who calls whom.
///
///     ng_server.c      the context, its vhosts, logging
///     ng_stream.c      a stream: plain, or passed on to ng_tls_stream.c
///     ng_tls_stream.c  a raw connection of libwebsockets with TLS
///     ng_websocket.c   a WebSocket connection of libwebsockets
///     ng_utf8.c        whether text is UTF-8
///     ng_pump.c        between the two last, for a WebSocket through TLS
#ifndef NG_PRIVATE_H
#define NG_PRIVATE_H

#include <libwebsockets.h>
#include <stdbool.h>

#include "ng_server.h"
#include "ng_socket.h"
#include "ng_stream.h"
#include "ng_utf8.h"
#include "ng_websocket.h"

#pragma clang assume_nonnull begin

#define NG_EMBEDDED(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

enum {
  /// What one read or write of a plain connection can carry.
  NG_CHUNK_SIZE = 64 * 1024,
  /// What one record of TLS can carry.
  NG_RECORD_SIZE = 16 * 1024,
  /// A header of 2 bytes and a payload of 125.
  NG_CONTROL_FRAME_SIZE_MAX = 127,
  /// Where nobody else's descriptors are, unless there are so many.
  NG_HIGH_DESCRIPTOR = 4096,
  /// How long what was said last may take to go out, in seconds.
  NG_FLUSH_TIMEOUT_S = 5,
};

typedef struct server_impl {
  ng_server face;
  ng_loop *loop;
  struct lws_context *_Nullable lws;
  struct lws_vhost *websockets;
  struct lws_vhost *_Nullable tls[NG_TLS_INDEX_MAX + 1];
  /// libwebsockets keeps the pointers to the names of its vhosts.
  char tls_names[NG_TLS_INDEX_MAX + 1][16];
  int tls_count;
  /// Their contexts of OpenSSL.
  struct ssl_ctx_st *_Nullable tls_contexts[NG_TLS_INDEX_MAX + 1];
  /// A context for TLS clients that libwebsockets need not make, nor lose: see `make_tls_vhost`.
  struct ssl_ctx_st *_Nullable no_client;
  /// While a vhost is made: its OpenSSL context, once there is one.
  struct ssl_ctx_st *_Nullable tls_context;
  ng_server_settings settings;
  /// While a descriptor is handed to libwebsockets that takes no pointer with it.
  struct ws_impl *_Nullable adopting;
  /// Whether libwebsockets got as far as making a connection out of the last descriptor.
  bool has_made_connection;
  /// libwebsockets' descriptor, see `eventfd`; -1 for none.
  int event_pipe;
  uint8_t chunk[NG_CHUNK_SIZE];
} server_impl;

typedef struct stream_impl {
  ng_stream face;
  server_impl *server;
  ng_stream_callbacks callbacks;
  bool is_tls;
  /// Whether the owner wants bytes.
  bool is_reading;
  /// Closed or upgraded: the owner hears nothing more.
  bool is_disowned;
  /// How many callbacks of the owner are running; a plain stream is not freed under them.
  int callback_depth;
  /// Plain: whether `writable` is owed.
  bool is_waiting_for_room;
  int descriptor;
  ng_poll *_Nullable poll;
  /// TLS: the raw connection, NULL once it is gone.
  struct lws *_Nullable raw;
  /// TLS: bytes came, so timeouts are the owner's.
  bool has_received;
  /// TLS: libwebsockets holds output of which the socket took nothing yet.
  bool is_choked;
  /// TLS: close_notify goes out when nothing is held any more.
  bool is_ending_output;
  /// TLS: the connection is closed after that.
  bool is_finishing;
  /// TLS: whose bytes these are after the upgrade.
  struct ws_impl *_Nullable websocket;
} stream_impl;

/// TLS only: what lies between the raw connection and the one of libwebsockets' WebSocket.
typedef struct ng_pump {
  stream_impl *_Nullable stream;
  /// Our end of the pair, -1 when it is closed.
  int descriptor;
  ng_poll *_Nullable poll;
  uint32_t events;
  /// On the way in: what the pair had no room for. `inward_offset` bytes of it are gone.
  uint8_t *_Nullable inward;
  size_t inward_size;
  size_t inward_offset;
  /// On the way out: what libwebsockets says by itself, at first the 101, then control frames.
  uint8_t control[2 * NG_CONTROL_FRAME_SIZE_MAX];
  size_t control_size;
  bool has_sent_101;
  /// The closing frame of ours was the last: what libwebsockets says is dropped.
  bool is_output_over;
  /// The last byte that was written to the client was in the middle of a frame.
  bool is_mid_frame;
  /// There is something to read out of the pair, and it has to wait.
  bool is_outward_waiting;
  /// libwebsockets closed its end.
  bool is_ended;
} ng_pump;

typedef struct ws_impl {
  ng_ws_connection face;
  server_impl *server;
  /// NULL once it is gone.
  struct lws *_Nullable lws;
  /// Plain: of `lws`, while there is one.
  int socket;
  bool is_tls;
  bool is_being_adopted;
  bool is_open;
  bool is_reported_closed;
  bool is_ignoring_input;
  bool is_dropped;
  /// `closing` runs: libwebsockets is freeing the connection perhaps, and must not be given another
  /// time to do so.
  bool is_in_closing;
  bool has_peer_closed;
  uint16_t peer_code;
  /// What libwebsockets gave as the reason when it began to close, 0 for nothing.
  uint16_t lws_code;
  bool is_trusted;
  /// A message of which some has come.
  bool is_in_message;
  /// It is larger than what is kept.
  bool is_dropping;
  size_t message_size;
  ng_utf8 utf8;
  uint8_t *_Nullable message;
  size_t message_capacity;
  /// TLS: not NULL.
  ng_pump *pump;
} ws_impl;

void *ng_allocate(size_t size);

/// Makes libwebsockets close `lws` soon, whatever state it is in. It calls nobody before that.
void ng_kill(struct lws *lws);

// ng_tls_stream.c

int ng_raw_callback(struct lws *lws, enum lws_callback_reasons reason, void *_Nullable user,
                    void *_Nullable in, size_t size);
void ng_tls_stream_update_reading(stream_impl *stream);
ptrdiff_t ng_tls_stream_write(stream_impl *stream, const uint8_t *bytes, size_t size);
bool ng_tls_stream_is_choked(stream_impl *stream);
bool ng_tls_stream_is_established(stream_impl *stream);
void ng_tls_stream_end_output(stream_impl *stream);
/// Gives it NG_FLUSH_TIMEOUT_S from now on.
void ng_tls_stream_limit_flush(stream_impl *stream);
/// Closes it once all has gone out, within NG_FLUSH_TIMEOUT_S.
void ng_tls_stream_finish(stream_impl *stream);
void ng_tls_stream_reset_at_close(stream_impl *stream);
void ng_tls_stream_close(stream_impl *stream);

// ng_websocket.c

int ng_ws_callback(struct lws *lws, enum lws_callback_reasons reason, void *_Nullable user,
                   void *_Nullable in, size_t size);
ws_impl *ng_ws_new(server_impl *server, bool is_tls, uint32_t slot, uint32_t generation);
void ng_ws_report_closed(ws_impl *ws, uint16_t code);
/// Frees it if both sides are gone.
void ng_ws_free_if_done(ws_impl *ws);

// ng_pump.c

/// Takes the raw connection of `stream` for `ws`, and makes libwebsockets read `head` through the
/// pair, and `following` once it has answered. Returns false when it can't; then both are as they
/// were.
bool ng_pump_start(ws_impl *ws, stream_impl *stream, const uint8_t *head, size_t head_size,
                   const uint8_t *_Nullable following, size_t following_size);
/// libwebsockets has read the head and written its answer.
void ng_pump_opened(ws_impl *ws);
/// Sends on what libwebsockets has said by itself so far.
void ng_pump_outward(ws_impl *ws);
void ng_pump_inward(ws_impl *ws, const uint8_t *bytes, size_t size);
/// The raw connection takes bytes again.
void ng_pump_writable(ws_impl *ws);
/// libwebsockets' WebSocket is gone.
void ng_pump_lws_gone(ws_impl *ws);
/// The raw connection is gone.
void ng_pump_raw_closed(ws_impl *ws);
ptrdiff_t ng_pump_write(ws_impl *ws, const uint8_t *bytes, size_t size);
int ng_pump_write_last(ws_impl *ws, const uint8_t *bytes, size_t size);
bool ng_pump_is_writable(ws_impl *ws);

#pragma clang assume_nonnull end

#endif

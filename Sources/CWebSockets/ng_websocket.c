#include "ng_websocket.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ng_private.h"

static ws_impl *impl_of(ng_ws_connection *connection) {
  return NG_EMBEDDED(connection, ws_impl, face);
}

static const ng_ws_callbacks *callbacks_of(ws_impl *ws) { return &ws->server->settings.callbacks; }

static void *context_of(ws_impl *ws) { return ws->server->face.context; }

// MARK: life

ws_impl *ng_ws_new(server_impl *server, bool is_tls, uint32_t slot, uint32_t generation) {
  ws_impl *ws = ng_allocate(sizeof *ws);
  ws->face.slot = slot;
  ws->face.generation = generation;
  ws->server = server;
  ws->is_tls = is_tls;
  if (is_tls) {
    ws->pump = ng_allocate(sizeof *ws->pump);
    ws->pump->descriptor = -1;
  }
  return ws;
}

void ng_ws_free_if_done(ws_impl *ws) {
  if (ws->lws != NULL || ws->is_being_adopted || (ws->is_tls && ws->pump->stream != NULL)) {
    return;
  }
  if (ws->is_tls) {
    free(ws->pump->inward);
    free(ws->pump);
  }
  free(ws->message);
  free(ws);
}

void ng_ws_report_closed(ws_impl *ws, uint16_t code) {
  if (ws->is_reported_closed) {
    return;
  }
  ws->is_reported_closed = true;
  ws->is_ignoring_input = true;
  callbacks_of(ws)->closed(context_of(ws), &ws->face, code);
}

// MARK: messages in

static void forget_message(ws_impl *ws) {
  free(ws->message);
  ws->message = NULL;
  ws->message_capacity = 0;
  ws->message_size = 0;
  ws->is_in_message = false;
  ws->is_dropping = false;
  ws->utf8 = (ng_utf8){0};
}

static void append(ws_impl *ws, const uint8_t *bytes, size_t size) {
  size_t needed = ws->message_size + size;
  if (needed > ws->message_capacity) {
    // What a frame's header announces is not believed: memory grows with what really comes.
    size_t capacity = ws->message_capacity < 8192 ? 8192 : ws->message_capacity;
    while (capacity < needed) {
      capacity *= 2;
    }
    uint8_t *message = realloc(ws->message, capacity);
    if (message == NULL) {
      abort();
    }
    ws->message = message;
    ws->message_capacity = capacity;
  }
  memcpy(ws->message + ws->message_size, bytes, size);
}

/// Keeps a part of a message, or drops all of it from here on.
static void keep(ws_impl *ws, const uint8_t *bytes, size_t size) {
  size_t kept_max = ws->is_trusted ? ws->server->settings.message_size_max
                                   : ws->server->settings.early_message_size_max;
  if (ws->is_dropping || ws->message_size + size > kept_max) {
    free(ws->message);
    ws->message = NULL;
    ws->message_capacity = 0;
    ws->is_dropping = true;
  } else {
    append(ws, bytes, size);
  }
}

/// Makes libwebsockets say that a message was no text, and close.
static int refuse_text(ws_impl *ws, struct lws *lws) {
  forget_message(ws);
  ws->is_ignoring_input = true;
  lws_close_reason(lws, LWS_CLOSE_STATUS_INVALID_PAYLOAD, NULL, 0);
  return -1;
}

static int received(ws_impl *ws, struct lws *lws, const uint8_t *bytes, size_t size) {
  if (ws->is_ignoring_input) {
    return 0;
  }
  bool is_first = !ws->is_in_message;
  bool is_final = lws_is_final_fragment(lws) != 0;
  bool is_binary = lws_frame_is_binary(lws) != 0;
  size_t size_max = ws->server->settings.message_size_max;
  // The limit may have been lowered in the middle of a message.
  size_t room = size_max > ws->message_size ? size_max - ws->message_size : 0;
  if (size > room || lws_remaining_packet_payload(lws) > room - size) {
    forget_message(ws);
    ws->is_ignoring_input = true;
    callbacks_of(ws)->too_large(context_of(ws), &ws->face);
    return 0;
  }
  ws->is_in_message = true;
  if (!is_binary && (!ng_utf8_continue(&ws->utf8, bytes, size) ||
                     (is_final && ws->utf8.missing > 0))) {
    return refuse_text(ws, lws);
  }
  if (!is_binary && !(is_first && is_final)) {
    keep(ws, bytes, size);
  }
  ws->message_size += size;
  if (!is_final) {
    callbacks_of(ws)->heard(context_of(ws), &ws->face);
    return 0;
  }
  if (is_binary) {
    callbacks_of(ws)->binary(context_of(ws), &ws->face);
  } else if (ws->is_dropping) {
    callbacks_of(ws)->too_early(context_of(ws), &ws->face);
  } else if (is_first || ws->message == NULL) {
    callbacks_of(ws)->text(context_of(ws), &ws->face, bytes, ws->message_size);
  } else {
    callbacks_of(ws)->text(context_of(ws), &ws->face, ws->message, ws->message_size);
  }
  forget_message(ws);
  return 0;
}

/// What is wrong with the body of a closing frame, as a closing code; 0 when nothing is. Which
/// codes may be sent is not judged here.
///
/// libwebsockets takes one of one byte for one without a code (4.1.6, ops-ws.c:483), and a reason
/// that ends within a character for UTF-8 (ops-ws.c:451-456).
static uint16_t closing_fault(const uint8_t *payload, size_t size) {
  if (size == 1) {
    return LWS_CLOSE_STATUS_PROTOCOL_ERR;
  }
  ng_utf8 reason = {0};
  if (size > 2 && (!ng_utf8_continue(&reason, payload + 2, size - 2) || reason.missing > 0)) {
    return LWS_CLOSE_STATUS_INVALID_PAYLOAD;
  }
  return 0;
}

static int peer_closed(ws_impl *ws, const uint8_t *payload, size_t size) {
  uint16_t fault = closing_fault(payload, size);
  ws->has_peer_closed = true;
  ws->peer_code = NG_WS_NO_CODE;
  if (fault != 0) {
    ws->peer_code = fault;
  } else if (size >= 2) {
    ws->peer_code = (uint16_t)(payload[0] << 8 | payload[1]);
  }
  ws->is_ignoring_input = true;
  if (!ws->is_reported_closed) {
    callbacks_of(ws)->peer_closed(context_of(ws), &ws->face, ws->peer_code, fault != 0);
  }
  // Its own answer would repeat codes that must not be sent.
  return -1;
}

void ng_ws_trust(ng_ws_connection *connection) { impl_of(connection)->is_trusted = true; }

// MARK: frames out

int ng_ws_is_writable(ng_ws_connection *connection) {
  ws_impl *ws = impl_of(connection);
  if (ws->is_tls) {
    return ng_pump_is_writable(ws);
  }
  return ws->lws != NULL && lws_partial_buffered(ws->lws) == 0;
}

size_t ng_ws_write_size(ng_ws_connection *connection) {
  return impl_of(connection)->is_tls ? NG_RECORD_SIZE : NG_CHUNK_SIZE;
}

void ng_ws_find_sockets(ng_ws_connection *_Nullable const *connections, size_t count,
                        int *sockets) {
  // Of what is read here little is in a cache: nothing in between waits for it, so that the loads
  // of several connections overlap.
  for (size_t i = 0; i < count; i++) {
    sockets[i] = -1;
    if (connections[i] != NULL) {
      const ws_impl *ws = impl_of(connections[i]);
      if (!ws->is_tls && !ws->is_dropped && ng_ws_is_writable(connections[i])) {
        sockets[i] = ws->socket;
      }
    }
  }
}

ptrdiff_t ng_ws_write_to_socket(ng_ws_connection *connection, int socket, const uint8_t *bytes,
                                size_t size) {
  // What libwebsockets would do itself, by a longer way. What the socket does not take is kept by
  // libwebsockets, and sent first; an error is for it to find, too.
  ssize_t sent = send(socket, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent == (ssize_t)size) {
    return sent;
  }
  size_t taken = sent > 0 ? (size_t)sent : 0;
  // All at once, however large: it may put a pong of its own behind any write that went out whole.
  struct lws *lws = impl_of(connection)->lws;
  if (lws == NULL ||
      lws_write(lws, (unsigned char *)bytes + taken, size - taken, LWS_WRITE_RAW) < 0) {
    ng_ws_drop(connection);
    return -1;
  }
  return (ptrdiff_t)size;
}

ptrdiff_t ng_ws_write(ng_ws_connection *connection, const uint8_t *bytes, size_t size) {
  ws_impl *ws = impl_of(connection);
  if (ws->is_tls) {
    return ng_pump_write(ws, bytes, size);
  }
  if (ws->lws == NULL || ws->is_dropped) {
    return -1;
  }
  if (!ng_ws_is_writable(connection)) {
    return 0;
  }
  return ng_ws_write_to_socket(connection, ws->socket, bytes, size);
}

void ng_ws_request_writable(ng_ws_connection *connection) {
  ws_impl *ws = impl_of(connection);
  struct lws *lws = ws->is_tls && ws->pump->stream != NULL ? ws->pump->stream->raw : ws->lws;
  if (lws != NULL) {
    lws_callback_on_writable(lws);
  }
}

int ng_ws_write_last(ng_ws_connection *connection, const uint8_t *bytes, size_t size) {
  ws_impl *ws = impl_of(connection);
  if (ws->is_tls) {
    return ng_pump_write_last(ws, bytes, size);
  }
  ptrdiff_t taken = ng_ws_write(connection, bytes, size);
  return taken < 0 ? -1 : taken > 0;
}

void ng_ws_drop(ng_ws_connection *connection) {
  ws_impl *ws = impl_of(connection);
  if (ws->is_dropped) {
    return;
  }
  ws->is_dropped = true;
  ws->is_ignoring_input = true;
  if (ws->is_tls && ws->pump->stream != NULL && ws->pump->stream->raw != NULL) {
    ng_kill(ws->pump->stream->raw);
  } else if (ws->lws != NULL && !ws->is_in_closing) {
    ng_kill(ws->lws);
  }
}

// MARK: callbacks of libwebsockets

static void opened(ws_impl *ws) {
  ws->is_open = true;
  if (ws->is_tls) {
    ng_pump_opened(ws);
  }
  if (!ws->is_reported_closed) {
    callbacks_of(ws)->opened(context_of(ws), &ws->face);
  }
}

/// It is called for any end; what is of interest are those that nobody asked for.
static void closing(ws_impl *ws, struct lws *lws) {
  ws->is_ignoring_input = true;
  // It may find other reasons in what it reads yet, but this one it has sent.
  if (lws_get_close_length(lws) >= 2) {
    const unsigned char *payload = lws_get_close_payload(lws);
    ws->lws_code = (uint16_t)(payload[0] << 8 | payload[1]);
  }
  if (ws->is_open && !ws->is_reported_closed && !ws->has_peer_closed && !ws->is_dropped) {
    // It has not yet written its own frame, if it has one to write (4.1.6, close.c:418 and 439).
    ws->is_in_closing = true;
    callbacks_of(ws)->closing(context_of(ws), &ws->face, ws->lws_code != 0);
    ws->is_in_closing = false;
  }
}

static void gone(ws_impl *ws, struct lws *lws) {
  uint16_t code = ws->has_peer_closed ? ws->peer_code
                  : ws->lws_code != 0 ? ws->lws_code
                                      : NG_WS_ABNORMAL;
  lws_set_opaque_user_data(lws, NULL);
  ws->lws = NULL;
  ng_ws_report_closed(ws, code);
  if (ws->is_tls) {
    ng_pump_lws_gone(ws);
  }
  ng_ws_free_if_done(ws);
}

static int handle(ws_impl *ws, struct lws *lws, enum lws_callback_reasons reason,
                  const uint8_t *bytes, size_t size) {
  switch (reason) {
  case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
    ws->lws = lws;
    ws->socket = lws_get_socket_fd(lws);
    return 0;
  case LWS_CALLBACK_ESTABLISHED:
    opened(ws);
    return 0;
  case LWS_CALLBACK_RECEIVE:
    return received(ws, lws, bytes, size);
  case LWS_CALLBACK_RECEIVE_PONG:
    if (!ws->is_reported_closed) {
      callbacks_of(ws)->heard(context_of(ws), &ws->face);
    }
    return 0;
  case LWS_CALLBACK_SERVER_WRITEABLE:
    if (!ws->is_tls && !ws->is_reported_closed && !ws->is_dropped) {
      callbacks_of(ws)->writable(context_of(ws), &ws->face);
    }
    return 0;
  case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
    return peer_closed(ws, bytes, size);
  case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
    closing(ws, lws);
    return 0;
  case LWS_CALLBACK_CLOSED:
  case LWS_CALLBACK_CLOSED_HTTP:
  case LWS_CALLBACK_WSI_DESTROY:
    gone(ws, lws);
    return 0;
  default:
    return 0;
  }
}

int ng_ws_callback(struct lws *lws, enum lws_callback_reasons reason, void *_Nullable user,
                   void *_Nullable in, size_t size) {
  (void)user;
  static const uint8_t nothing[1];
  switch (reason) {
  case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED: {
    server_impl *server = lws_context_user(lws_get_context(lws));
    if (server->adopting != NULL) {
      lws_set_opaque_user_data(lws, server->adopting);
    }
    break;
  }
  case LWS_CALLBACK_ESTABLISHED:
  case LWS_CALLBACK_RECEIVE:
  case LWS_CALLBACK_RECEIVE_PONG:
  case LWS_CALLBACK_SERVER_WRITEABLE:
  case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
  case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
  case LWS_CALLBACK_CLOSED:
  case LWS_CALLBACK_CLOSED_HTTP:
  case LWS_CALLBACK_WSI_DESTROY:
    break;
  default:
    return 0;
  }
  ws_impl *ws = lws_get_opaque_user_data(lws);
  return ws == NULL ? 0 : handle(ws, lws, reason, in == NULL ? nothing : in, size);
}

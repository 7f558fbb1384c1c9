#include <stdlib.h>

#include "ng_private.h"

/// Reading follows what the owner wants, except while output is held: libwebsockets reads nothing
/// then, and input that nobody reads would wake the loop for ever.
static void update_flow(stream_impl *stream) {
  if (stream->raw != NULL) {
    lws_rx_flow_control(stream->raw, stream->is_reading && !stream->is_choked);
  }
}

void ng_tls_stream_update_reading(stream_impl *stream) { update_flow(stream); }

bool ng_tls_stream_is_choked(stream_impl *stream) {
  return stream->raw == NULL || lws_partial_buffered(stream->raw) != 0;
}

static void note_choking(stream_impl *stream) {
  if (!stream->is_choked && ng_tls_stream_is_choked(stream)) {
    stream->is_choked = true;
    update_flow(stream);
  }
}

ptrdiff_t ng_tls_stream_write(stream_impl *stream, const uint8_t *bytes, size_t size) {
  size_t taken = 0;
  while (taken < size) {
    if (stream->raw == NULL) {
      return -1;
    }
    // What libwebsockets holds has no bound of its own, so nothing is added to it.
    if (ng_tls_stream_is_choked(stream)) {
      break;
    }
    size_t slice = size - taken < NG_RECORD_SIZE ? size - taken : NG_RECORD_SIZE;
    if (lws_write(stream->raw, (unsigned char *)bytes + taken, slice, LWS_WRITE_RAW) < 0) {
      ng_kill(stream->raw);
      return -1;
    }
    taken += slice;
  }
  note_choking(stream);
  return (ptrdiff_t)taken;
}

bool ng_tls_stream_is_established(stream_impl *stream) {
  struct ssl_st *session = stream->raw == NULL ? NULL : lws_get_ssl(stream->raw);
  return session != NULL && ng_tls_is_established(session) != 0;
}

static void request_writable(stream_impl *stream) {
  if (stream->raw != NULL) {
    lws_callback_on_writable(stream->raw);
  }
}

void ng_tls_stream_end_output(stream_impl *stream) {
  stream->is_ending_output = true;
  request_writable(stream);
}

void ng_tls_stream_limit_flush(stream_impl *stream) {
  if (stream->raw != NULL) {
    lws_set_timeout(stream->raw, PENDING_TIMEOUT_USER_REASON_BASE, NG_FLUSH_TIMEOUT_S);
    // libwebsockets looks at its timeouts only after it had something to do.
    lws_cancel_service(lws_get_context(stream->raw));
  }
}

void ng_tls_stream_finish(stream_impl *stream) {
  stream->is_ending_output = true;
  stream->is_finishing = true;
  request_writable(stream);
  ng_tls_stream_limit_flush(stream);
}

void ng_tls_stream_reset_at_close(stream_impl *stream) {
  if (stream->raw != NULL) {
    ng_tls_end_quietly(lws_get_ssl(stream->raw));
    ng_reset_at_close(lws_get_socket_fd(stream->raw));
  }
}

void ng_tls_stream_close(stream_impl *stream) {
  stream->is_disowned = true;
  if (stream->raw == NULL) {
    free(stream);
  } else {
    ng_kill(stream->raw);
  }
}

// MARK: callbacks of libwebsockets

static int received(stream_impl *stream, const uint8_t *bytes, size_t size) {
  if (!stream->has_received) {
    stream->has_received = true;
    // The first bytes mean that the handshake is done; from here on timeouts are the owner's.
    lws_set_timeout(stream->raw, NO_PENDING_TIMEOUT, 0);
  }
  if (stream->websocket != NULL) {
    ng_pump_inward(stream->websocket, bytes, size);
  } else if (!stream->is_disowned) {
    stream->callbacks.received(stream->face.context, bytes, size);
  }
  return 0;
}

static int writable(stream_impl *stream) {
  if (ng_tls_stream_is_choked(stream)) {
    return 0;
  }
  if (stream->is_choked) {
    // Input has its turn before more output is written, or a slow reader would not be heard until
    // it had read all.
    stream->is_choked = false;
    update_flow(stream);
    request_writable(stream);
    return 0;
  }
  if (stream->websocket != NULL) {
    ng_pump_writable(stream->websocket);
  } else if (!stream->is_disowned && !stream->is_ending_output) {
    stream->callbacks.writable(stream->face.context);
  }
  if (stream->raw == NULL || ng_tls_stream_is_choked(stream) || !stream->is_ending_output) {
    return 0;
  }
  stream->is_ending_output = false;
  if (ng_tls_stream_is_established(stream)) {
    ng_tls_end_output(lws_get_ssl(stream->raw));
  }
  return stream->is_finishing ? -1 : 0;
}

/// The connection is gone, and `stream` forgets it.
static void gone(stream_impl *stream, struct lws *lws) {
  lws_set_opaque_user_data(lws, NULL);
  stream->raw = NULL;
  if (stream->websocket != NULL) {
    ng_pump_raw_closed(stream->websocket);
    free(stream);
  } else if (stream->is_disowned) {
    free(stream);
  } else {
    stream->callbacks.ended(stream->face.context, 1);
  }
}

static void note_tls_context(struct lws *lws, struct ssl_ctx_st *_Nullable context) {
  server_impl *server = lws_context_user(lws_get_context(lws));
  server->tls_context = context;
}

int ng_raw_callback(struct lws *lws, enum lws_callback_reasons reason, void *_Nullable user,
                    void *_Nullable in, size_t size) {
  if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS) {
    note_tls_context(lws, user);
    return 0;
  }
  stream_impl *stream = NULL;
  switch (reason) {
  case LWS_CALLBACK_WSI_CREATE: {
    server_impl *server = lws_context_user(lws_get_context(lws));
    server->has_made_connection = true;
    break;
  }
  case LWS_CALLBACK_RAW_ADOPT:
  case LWS_CALLBACK_RAW_RX:
  case LWS_CALLBACK_RAW_WRITEABLE:
  case LWS_CALLBACK_RAW_CLOSE:
  case LWS_CALLBACK_WSI_DESTROY:
    stream = lws_get_opaque_user_data(lws);
    break;
  default:
    break;
  }
  if (stream == NULL) {
    return 0;
  }
  switch (reason) {
  case LWS_CALLBACK_RAW_ADOPT:
    stream->raw = lws;
    return 0;
  case LWS_CALLBACK_RAW_RX:
    return in == NULL ? 0 : received(stream, in, size);
  case LWS_CALLBACK_RAW_WRITEABLE:
    return writable(stream);
  default:
    gone(stream, lws);
    return 0;
  }
}

// MARK: making

ng_stream *_Nullable ng_stream_new_tls(ng_server *face, int tls_index, int descriptor,
                                       void *context, const ng_stream_callbacks *callbacks) {
  server_impl *server = NG_EMBEDDED(face, server_impl, face);
  if (tls_index < 0 || tls_index >= server->tls_count) {
    ng_close(descriptor);
    return NULL;
  }
  stream_impl *stream = ng_allocate(sizeof *stream);
  stream->face.context = context;
  stream->server = server;
  stream->callbacks = *callbacks;
  stream->is_tls = true;
  stream->is_reading = true;
  stream->descriptor = -1;
  // Nobody is called until it is known that there is a connection.
  stream->is_disowned = true;
  lws_adopt_desc_t description = {
      .vh = server->tls[tls_index],
      .type = LWS_ADOPT_SOCKET | LWS_ADOPT_ALLOW_SSL,
      .fd.sockfd = descriptor,
      .vh_prot_name = "front",
      .opaque = stream,
  };
  server->has_made_connection = false;
  struct lws *raw = lws_adopt_descriptor_vhost_via_info(&description);
  if (raw == NULL) {
    // It closed the descriptor. Where there was a connection, its end frees the stream.
    if (!server->has_made_connection) {
      free(stream);
    }
    return NULL;
  }
  stream->raw = raw;
  stream->is_disowned = false;
  return &stream->face;
}

#include "ng_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ng_private.h"

static stream_impl *impl_of(ng_stream *stream) { return NG_EMBEDDED(stream, stream_impl, face); }

// MARK: plain

static void update_plain(stream_impl *stream) {
  uint32_t events = (stream->is_reading ? NG_READABLE : 0) |
                    (stream->is_waiting_for_room ? NG_WRITABLE : 0);
  (void)ng_poll_set(stream->poll, events);
}

/// Calls nobody. The owner may be in a callback still, and then the memory stays until it returns.
static void disown_plain(stream_impl *stream) {
  stream->is_disowned = true;
  if (stream->poll != NULL) {
    ng_poll_free(stream->poll);
    stream->poll = NULL;
  }
  if (stream->callback_depth == 0) {
    free(stream);
  }
}

/// Whether the stream is still the owner's after its callback. If not, it is gone.
static bool left_callback(stream_impl *stream) {
  stream->callback_depth--;
  if (!stream->is_disowned) {
    return true;
  }
  if (stream->callback_depth == 0) {
    free(stream);
  }
  return false;
}

static void read_plain(stream_impl *stream) {
  uint8_t *chunk = stream->server->chunk;
  ptrdiff_t count = ng_receive(stream->descriptor, chunk, NG_CHUNK_SIZE);
  if (count == -EAGAIN) {
    return;
  }
  if (count > 0) {
    stream->callbacks.received(stream->face.context, chunk, (size_t)count);
    return;
  }
  // At its end the descriptor is readable for ever.
  stream->is_reading = false;
  update_plain(stream);
  stream->callbacks.ended(stream->face.context, count < 0);
}

static void plain_ready(void *context, int error, uint32_t events) {
  stream_impl *stream = context;
  stream->callback_depth++;
  if (error < 0) {
    // libuv has stopped watching.
    stream->is_reading = false;
    stream->is_waiting_for_room = false;
    stream->callbacks.ended(stream->face.context, 1);
    left_callback(stream);
    return;
  }
  if ((events & NG_WRITABLE) != 0) {
    stream->is_waiting_for_room = false;
    update_plain(stream);
    stream->callbacks.writable(stream->face.context);
  }
  if ((events & NG_READABLE) != 0 && !stream->is_disowned && stream->is_reading) {
    read_plain(stream);
  }
  left_callback(stream);
}

static ptrdiff_t write_plain(stream_impl *stream, const uint8_t *bytes, size_t size) {
  size_t taken = 0;
  while (taken < size) {
    ptrdiff_t count = ng_send(stream->descriptor, bytes + taken, size - taken);
    if (count == -EAGAIN) {
      break;
    }
    if (count < 0) {
      return -1;
    }
    taken += (size_t)count;
  }
  if (taken < size && !stream->is_waiting_for_room) {
    stream->is_waiting_for_room = true;
    update_plain(stream);
  }
  return (ptrdiff_t)taken;
}

ng_stream *_Nullable ng_stream_new_plain(ng_server *server, int descriptor, void *context,
                                         const ng_stream_callbacks *callbacks) {
  stream_impl *stream = ng_allocate(sizeof *stream);
  stream->face.context = context;
  stream->server = NG_EMBEDDED(server, server_impl, face);
  stream->callbacks = *callbacks;
  stream->descriptor = descriptor;
  stream->poll = ng_poll_new(stream->server->loop, descriptor, stream, plain_ready);
  if (stream->poll == NULL) {
    ng_close(descriptor);
    free(stream);
    return NULL;
  }
  stream->is_reading = true;
  update_plain(stream);
  return &stream->face;
}

// MARK: both kinds

void ng_stream_set_reading(ng_stream *face, int is_reading) {
  stream_impl *stream = impl_of(face);
  stream->is_reading = is_reading != 0;
  if (stream->is_tls) {
    ng_tls_stream_update_reading(stream);
  } else {
    update_plain(stream);
  }
}

ptrdiff_t ng_stream_write(ng_stream *face, const void *bytes, size_t size) {
  stream_impl *stream = impl_of(face);
  return stream->is_tls ? ng_tls_stream_write(stream, bytes, size)
                        : write_plain(stream, bytes, size);
}

int ng_stream_is_established(ng_stream *face) {
  stream_impl *stream = impl_of(face);
  return !stream->is_tls || ng_tls_stream_is_established(stream);
}

void ng_stream_end_output(ng_stream *face) {
  stream_impl *stream = impl_of(face);
  if (stream->is_tls) {
    ng_tls_stream_end_output(stream);
  } else {
    ng_shutdown_write(stream->descriptor);
  }
}

void ng_stream_reset_at_close(ng_stream *face) {
  stream_impl *stream = impl_of(face);
  if (stream->is_tls) {
    ng_tls_stream_reset_at_close(stream);
  } else {
    ng_reset_at_close(stream->descriptor);
  }
}

void ng_stream_close(ng_stream *face) {
  stream_impl *stream = impl_of(face);
  if (stream->is_tls) {
    ng_tls_stream_close(stream);
  } else {
    int descriptor = stream->descriptor;
    disown_plain(stream);
    ng_close(descriptor);
  }
}

// MARK: upgrade

/// What libwebsockets' parser gets to see instead of the client's request.
static const char head_before_key[] = "GET / HTTP/1.1\r\n"
                                      "Host: gateway\r\n"
                                      "Upgrade: websocket\r\n"
                                      "Connection: Upgrade\r\n"
                                      "Sec-WebSocket-Version: 13\r\n"
                                      "Sec-WebSocket-Key: ";
static const char head_after_key[] = "\r\n\r\n";

static uint8_t *make_head(const uint8_t *key, const uint8_t *_Nullable following,
                          size_t following_size, size_t *size) {
  size_t before = sizeof head_before_key - 1;
  size_t after = sizeof head_after_key - 1;
  *size = before + NG_WS_KEY_SIZE + after + following_size;
  uint8_t *head = ng_allocate(*size);
  memcpy(head, head_before_key, before);
  memcpy(head + before, key, NG_WS_KEY_SIZE);
  memcpy(head + before + NG_WS_KEY_SIZE, head_after_key, after);
  if (following_size > 0) {
    memcpy(head + before + NG_WS_KEY_SIZE + after, following, following_size);
  }
  return head;
}

/// Returns false when libwebsockets did not take the descriptor; it is closed then.
static bool adopt_plain(ws_impl *ws, int descriptor, const uint8_t *head, size_t size) {
  ws->is_being_adopted = true;
  ws->server->adopting = ws;
  // It may return NULL for a connection that was opened and has been closed since.
  (void)lws_adopt_socket_vhost_readbuf(ws->server->websockets, descriptor, (const char *)head,
                                       size);
  ws->server->adopting = NULL;
  ws->is_being_adopted = false;
  return ws->lws != NULL;
}

ng_ws_connection *_Nullable ng_stream_upgrade(ng_stream *face, const uint8_t *key,
                                              const uint8_t *_Nullable following,
                                              size_t following_size, uint32_t slot,
                                              uint32_t generation) {
  stream_impl *stream = impl_of(face);
  ws_impl *ws = ng_ws_new(stream->server, stream->is_tls, slot, generation);
  size_t size;
  bool is_taken;
  uint8_t *head;
  if (ws->is_tls) {
    head = make_head(key, NULL, 0, &size);
    is_taken = ng_pump_start(ws, stream, head, size, following, following_size);
  } else {
    head = make_head(key, following, following_size, &size);
    int descriptor = stream->descriptor;
    // libuv watches a descriptor for one handle only.
    disown_plain(stream);
    is_taken = adopt_plain(ws, descriptor, head, size);
  }
  free(head);
  if (!is_taken) {
    if (ws->is_tls) {
      ng_tls_stream_close(stream);
    }
    // libwebsockets may come to the end of it later, and its owner is told now.
    ws->is_reported_closed = true;
    ng_ws_free_if_done(ws);
    return NULL;
  }
  return &ws->face;
}

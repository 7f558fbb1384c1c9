#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ng_private.h"

// libwebsockets knows no WebSocket on a connection that it has already read from through TLS. So it
// is given one end of a socket pair, and believes that to be the client.
//
//     client ══TLS══ raw connection ──inward──▶ pair ──▶ libwebsockets' WebSocket
//                       ▲    ▲                     │
//       frames of ours ─┘    └──────outward────────┘   the 101, pongs, its own closing frames
//
// Outward bytes are passed on frame by frame, between whole frames of ours.

static void watch(ng_pump *pump, uint32_t events) {
  if (pump->poll != NULL && pump->events != events) {
    pump->events = events;
    (void)ng_poll_set(pump->poll, events);
  }
}

static bool is_choked(ng_pump *pump) {
  return pump->stream == NULL || ng_tls_stream_is_choked(pump->stream);
}

static void close_pair(ng_pump *pump) {
  if (pump->poll != NULL) {
    ng_poll_free(pump->poll);
    pump->poll = NULL;
  }
  if (pump->descriptor >= 0) {
    ng_close(pump->descriptor);
    pump->descriptor = -1;
  }
}

// MARK: inward

static void update_reading(ng_pump *pump) {
  if (pump->stream != NULL) {
    pump->stream->is_reading = pump->inward == NULL;
    ng_tls_stream_update_reading(pump->stream);
  }
}

/// Returns how many bytes the pair took. When libwebsockets reads no more, they are as good as
/// taken.
static size_t send_inward(ng_pump *pump, const uint8_t *bytes, size_t size) {
  size_t taken = 0;
  while (taken < size) {
    ptrdiff_t count = ng_send(pump->descriptor, bytes + taken, size - taken);
    if (count == -EAGAIN) {
      return taken;
    }
    if (count < 0) {
      return size;
    }
    taken += (size_t)count;
  }
  return taken;
}

static void keep_inward(ng_pump *pump, const uint8_t *bytes, size_t size) {
  size_t kept = pump->inward_size - pump->inward_offset;
  uint8_t *inward = ng_allocate(kept + size);
  if (kept > 0) {
    memcpy(inward, pump->inward + pump->inward_offset, kept);
  }
  memcpy(inward + kept, bytes, size);
  free(pump->inward);
  pump->inward = inward;
  pump->inward_size = kept + size;
  pump->inward_offset = 0;
}

void ng_pump_inward(ws_impl *ws, const uint8_t *bytes, size_t size) {
  ng_pump *pump = ws->pump;
  if (pump->descriptor < 0) {
    return;
  }
  // While libwebsockets has not read the head, nothing may stand behind it: it writes its answer
  // into the buffer that it has read both into.
  bool has_to_wait = !ws->is_open || pump->inward != NULL;
  size_t taken = has_to_wait ? 0 : send_inward(pump, bytes, size);
  if (taken < size) {
    keep_inward(pump, bytes + taken, size - taken);
    update_reading(pump);
    if (ws->is_open) {
      watch(pump, pump->events | NG_WRITABLE);
    }
  }
}

static void continue_inward(ng_pump *pump) {
  size_t kept = pump->inward_size - pump->inward_offset;
  size_t taken = send_inward(pump, pump->inward + pump->inward_offset, kept);
  pump->inward_offset += taken;
  if (taken == kept) {
    free(pump->inward);
    pump->inward = NULL;
    pump->inward_size = 0;
    pump->inward_offset = 0;
    watch(pump, pump->events & ~(uint32_t)NG_WRITABLE);
    update_reading(pump);
  }
}

// MARK: outward

/// How many bytes of what libwebsockets said can be passed on: the 101, then whole frames. Its
/// frames are control frames, unmasked and short.
static size_t passable(const ng_pump *pump) {
  if (!pump->has_sent_101) {
    return pump->control_size;
  }
  size_t size = 0;
  while (pump->control_size - size >= 2) {
    size_t frame_size = 2 + (size_t)(pump->control[size + 1] & 0x7f);
    if (frame_size > pump->control_size - size) {
      break;
    }
    size += frame_size;
  }
  return size;
}

/// Passes on what is at hand. Returns whether nothing of it has to wait.
static bool pass_on(ng_pump *pump) {
  size_t size = passable(pump);
  if (size == 0) {
    return true;
  }
  // So little is taken whole or not at all.
  if (pump->is_mid_frame || is_choked(pump) ||
      ng_tls_stream_write(pump->stream, pump->control, size) != (ptrdiff_t)size) {
    return false;
  }
  pump->has_sent_101 = true;
  pump->control_size -= size;
  memmove(pump->control, pump->control + size, pump->control_size);
  return true;
}

/// libwebsockets closed its end: the client gets the rest, and then the end of its connection.
static void finish(ng_pump *pump) {
  pump->is_ended = true;
  close_pair(pump);
  // Bytes of the client that come yet are for nobody, but are read, or closing would reset it all.
  free(pump->inward);
  pump->inward = NULL;
  update_reading(pump);
  // A frame of ours that was cut off stays so, and nothing can follow it.
  if (pump->stream != NULL && (pump->is_mid_frame || pass_on(pump))) {
    ng_tls_stream_finish(pump->stream);
  }
}

/// Reads and forgets. What waits to be passed on is left as it is.
static void drop_outward(ng_pump *pump) {
  uint8_t dropped[NG_CONTROL_FRAME_SIZE_MAX];
  ptrdiff_t count;
  do {
    count = ng_receive(pump->descriptor, dropped, sizeof dropped);
  } while (count > 0);
  if (count != -EAGAIN) {
    finish(pump);
  } else {
    watch(pump, pump->events | NG_READABLE);
  }
}

void ng_pump_outward(ws_impl *ws) {
  ng_pump *pump = ws->pump;
  pump->is_outward_waiting = false;
  while (pump->descriptor >= 0) {
    if (pump->is_output_over) {
      drop_outward(pump);
      return;
    }
    if (!pass_on(pump) || pump->is_mid_frame || is_choked(pump)) {
      // What waits in the pair is no news until the raw connection is free.
      pump->is_outward_waiting = true;
      watch(pump, pump->events & ~(uint32_t)NG_READABLE);
      return;
    }
    ptrdiff_t count = ng_receive(pump->descriptor, pump->control + pump->control_size,
                                 sizeof pump->control - pump->control_size);
    if (count == -EAGAIN) {
      watch(pump, pump->events | NG_READABLE);
      return;
    }
    if (count <= 0) {
      finish(pump);
      return;
    }
    pump->control_size += (size_t)count;
  }
}

static void pair_ready(void *context, int error, uint32_t events) {
  ws_impl *ws = context;
  ng_pump *pump = ws->pump;
  if (error < 0) {
    finish(pump);
    return;
  }
  if ((events & NG_WRITABLE) != 0 && pump->inward != NULL) {
    continue_inward(pump);
  }
  if ((events & NG_READABLE) != 0) {
    ng_pump_outward(ws);
  }
}

// MARK: frames of ours

bool ng_pump_is_writable(ws_impl *ws) {
  ng_pump *pump = ws->pump;
  return !is_choked(pump) && (pump->is_mid_frame || passable(pump) == 0);
}

ptrdiff_t ng_pump_write(ws_impl *ws, const uint8_t *bytes, size_t size) {
  ng_pump *pump = ws->pump;
  if (pump->stream == NULL || ws->is_dropped) {
    return -1;
  }
  if (!pump->is_mid_frame && pump->is_outward_waiting && !is_choked(pump)) {
    ng_pump_outward(ws);
  }
  if (!ng_pump_is_writable(ws)) {
    return 0;
  }
  ptrdiff_t taken = ng_tls_stream_write(pump->stream, bytes, size);
  if (taken > 0) {
    pump->is_mid_frame = (size_t)taken < size;
  }
  if (pump->is_outward_waiting && !pump->is_mid_frame && !is_choked(pump)) {
    pump->is_outward_waiting = false;
    watch(pump, pump->events | NG_READABLE);
  }
  return taken;
}

int ng_pump_write_last(ws_impl *ws, const uint8_t *bytes, size_t size) {
  ng_pump *pump = ws->pump;
  if (pump->stream == NULL || ws->is_dropped) {
    return -1;
  }
  // Pongs that wait are dropped for it, the 101 is not.
  size_t before = pump->has_sent_101 ? 0 : pump->control_size;
  if (pump->is_mid_frame || size > sizeof pump->control - before) {
    return 0;
  }
  memcpy(pump->control + before, bytes, size);
  pump->control_size = before + size;
  pump->is_output_over = true;
  (void)pass_on(pump);
  // From here on what libwebsockets says is dropped, and that has to wait for nothing.
  watch(pump, pump->events | NG_READABLE);
  return 1;
}

void ng_pump_writable(ws_impl *ws) {
  ng_pump *pump = ws->pump;
  if (pump->is_ended) {
    if (pump->is_mid_frame || pass_on(pump)) {
      ng_tls_stream_finish(pump->stream);
    }
    return;
  }
  if (!pump->is_mid_frame && (!pass_on(pump) || pump->is_outward_waiting)) {
    ng_pump_outward(ws);
  }
  if (pump->stream != NULL && ng_pump_is_writable(ws) && !ws->is_reported_closed &&
      !ws->is_dropped) {
    ws->server->settings.callbacks.writable(ws->server->face.context, &ws->face);
  }
}

void ng_pump_lws_gone(ws_impl *ws) {
  ng_pump *pump = ws->pump;
  if (pump->stream == NULL) {
    return;
  }
  ng_tls_stream_limit_flush(pump->stream);
  if (pump->is_mid_frame) {
    finish(pump);
  } else {
    ng_pump_outward(ws);
  }
}

void ng_pump_raw_closed(ws_impl *ws) {
  ng_pump *pump = ws->pump;
  pump->stream = NULL;
  close_pair(pump);
  // While libwebsockets has bytes to read out of the pair, perhaps a closing frame, the end is not
  // told: it follows soon.
  ng_ws_free_if_done(ws);
}

// MARK: making

void ng_pump_opened(ws_impl *ws) {
  // Data goes to the client directly, and would overtake the 101.
  ng_pump_outward(ws);
  if (ws->pump->inward != NULL) {
    watch(ws->pump, ws->pump->events | NG_WRITABLE);
  }
}

bool ng_pump_start(ws_impl *ws, stream_impl *stream, const uint8_t *head, size_t head_size,
                   const uint8_t *_Nullable following, size_t following_size) {
  ng_pump *pump = ws->pump;
  int ends[2];
  if (stream->raw == NULL || ng_socket_pair(ends) < 0) {
    return false;
  }
  pump->descriptor = ends[0];
  pump->poll = ng_poll_new(ws->server->loop, ends[0], ws, pair_ready);
  if (pump->poll == NULL) {
    ng_close(ends[1]);
    close_pair(pump);
    return false;
  }
  lws_adopt_desc_t description = {
      .vh = ws->server->websockets,
      .type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP,
      .fd.sockfd = ends[1],
      .opaque = ws,
  };
  ws->is_being_adopted = true;
  struct lws *lws = lws_adopt_descriptor_vhost_via_info(&description);
  ws->is_being_adopted = false;
  if (lws == NULL) {
    close_pair(pump);
    return false;
  }
  ws->lws = lws;
  pump->stream = stream;
  stream->websocket = ws;
  stream->is_disowned = true;
  watch(pump, NG_READABLE);
  // A pair that is new has room for it.
  (void)send_inward(pump, head, head_size);
  if (following_size > 0) {
    ng_pump_inward(ws, following, following_size);
  }
  return true;
}

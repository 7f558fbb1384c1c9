// floor_tls PORT PAYLOAD CERTIFICATE KEY: what a fan-out over TLS costs with libwebsockets and
// nothing else. As floor.c: ready frames, written as they are, one lws_write for a member.
#include <libwebsockets.h>
#include <uv.h>

#include "server.h"

enum { member_max = 1 << 18, gathered_count = 8 };

static struct lws *members[member_max];
static unsigned member_count;
static uint8_t *single, *gathered;
static size_t single_size, gathered_size;

struct session {
  int is_trigger;
};

static void established(struct lws *wsi, struct session *session) {
  char path[64] = "";
  lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_GET_URI);
  session->is_trigger = strcmp(path, "/trigger") == 0;
  if (!session->is_trigger && member_count < member_max) members[member_count++] = wsi;
}

static void closed(struct lws *wsi) {
  for (unsigned i = 0; i < member_count; i++) {
    if (members[i] == wsi) members[i] = members[--member_count];
  }
}

static void broadcast(char how) {
  uint8_t *bytes = how == '8' ? gathered : single;
  size_t size = how == '8' ? gathered_size : single_size;
  for (unsigned i = 0; i < member_count; i++) {
    if (lws_write(members[i], bytes, size, LWS_WRITE_RAW) < 0) fail("lws_write");
  }
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t size) {
  struct session *session = user;
  if (reason == LWS_CALLBACK_ESTABLISHED) established(wsi, session);
  if (reason == LWS_CALLBACK_CLOSED) closed(wsi);
  if (reason == LWS_CALLBACK_RECEIVE && session->is_trigger && size > 0) broadcast(*(char *)in);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 5) return 64;
  raise_descriptor_limit();
  lws_set_log_level(LLL_ERR, NULL);
  size_t payload = (size_t)atol(argv[2]);
  single = ready_frames(payload, 1, LWS_PRE, &single_size);
  gathered = ready_frames(payload, gathered_count, LWS_PRE, &gathered_size);
  static const struct lws_protocols protocols[] = {
      {"floor", callback, sizeof(struct session), 1024, 0, NULL, 65536},
      {NULL, NULL, 0, 0, 0, NULL, 0},
  };
  // The loop of the gateway: its own default costs more with each connection.
  uv_loop_t *loop = uv_default_loop();
  void *loops[] = {loop};
  struct lws_context_creation_info info = {
      .port = atoi(argv[1]),
      .iface = "127.0.0.1",
      .protocols = protocols,
      .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
      .ssl_cert_filepath = argv[3],
      .ssl_private_key_filepath = argv[4],
      .pt_serv_buf_size = 65536,
      .foreign_loops = loops,
      .gid = -1,
      .uid = -1,
  };
  struct lws_context *context = lws_create_context(&info);
  if (context == NULL) return 1;
  uv_run(loop, UV_RUN_DEFAULT);
  return 1;
}

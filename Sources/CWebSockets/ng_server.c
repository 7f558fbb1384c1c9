#include "ng_server.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ng_private.h"

void *ng_allocate(size_t size) {
  void *memory = calloc(1, size);
  if (memory == NULL) {
    abort();
  }
  return memory;
}

void ng_kill(struct lws *lws) {
  // A timeout closes without handshakes and without flushing, which no other call does. It is only
  // looked at when libwebsockets has something to do on the loop, so that is brought about.
  lws_set_timeout(lws, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
  lws_cancel_service(lws_get_context(lws));
}

// MARK: logging

/// Kept by libwebsockets for the whole process, without a context.
static void (*_Nullable log_line)(ng_log_level level, const char *line);

static void emit(int level, const char *line) {
  size_t size = strcspn(line, "\n");
  char copy[256];
  if (log_line == NULL || size == 0 || size >= sizeof copy) {
    return;
  }
  memcpy(copy, line, size);
  copy[size] = '\0';
  log_line(level == LLL_ERR ? NG_LOG_ERROR : NG_LOG_WARNING, copy);
}

void ng_server_set_log(void (*log)(ng_log_level level, const char *line)) { log_line = log; }

/// Only while a server is made or freed are its errors heard, and not while it runs: an error is
/// what libwebsockets calls each plain connection that is handed to it ("calling service"), and it
/// formats its lines, wanted or not, into one buffer for all threads. What matters of its errors
/// while it runs is that a connection is not taken, and that the callers are told.
enum { LEVELS_OF_LIFE = LLL_ERR | LLL_WARN, LEVELS_OF_RUN = LLL_WARN };

/// For what libwebsockets keeps per process: its log, and indexes that it asks of OpenSSL.
static pthread_mutex_t process_lock = PTHREAD_MUTEX_INITIALIZER;

static void enter_process(void) {
  pthread_mutex_lock(&process_lock);
  lws_set_log_level(LEVELS_OF_LIFE, emit);
}

static void leave_process(void) {
  lws_set_log_level(LEVELS_OF_RUN, emit);
  pthread_mutex_unlock(&process_lock);
}

const char *ng_server_library_version(void) { return lws_get_library_version(); }

// MARK: descriptors

/// At its end libwebsockets 4.1.6 closes the descriptor of its event pipe twice on a loop of libuv,
/// the second time a turn of the loop later (lib/plat/unix/unix-pipe.c and, for the connection that
/// it makes of the pipe, lib/core-net/close.c). In between another thread may be given that number
/// for something of its own: the system gives out the lowest one that is free. So the number is a
/// high one, and is taken again as soon as it is free, for the second close to close that.
static _Thread_local server_impl *_Nullable making_event_pipe_of;

static int high_descriptor(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > 2 * NG_HIGH_DESCRIPTOR) {
    return NG_HIGH_DESCRIPTOR;
  }
  return limit.rlim_cur < 256 ? 0 : (int)limit.rlim_cur - 64;
}

/// In place of the C library's, for libwebsockets as well, which has no other way to be told.
int eventfd(unsigned int count, int flags) {
  int made = (int)syscall(SYS_eventfd2, count, flags);
  if (making_event_pipe_of == NULL || made < 0) {
    return made;
  }
  int high = fcntl(made, F_DUPFD_CLOEXEC, high_descriptor());
  if (high >= 0) {
    ng_close(made);
    made = high;
  }
  making_event_pipe_of->event_pipe = made;
  return made;
}

/// Takes the number of the event pipe between the two times that it is closed. If another thread
/// was faster, that one's use of it has a second to end.
static void retake_event_pipe(int number) {
  int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
  for (int attempt = 0; attempt < 1000 && other >= 0 && other != number; attempt++) {
    int taken = fcntl(other, F_DUPFD_CLOEXEC, number);
    if (taken == number) {
      break;
    }
    if (taken >= 0) {
      ng_close(taken);
    }
    struct timespec pause = {.tv_nsec = 1000 * 1000};
    nanosleep(&pause, NULL);
  }
  if (other >= 0 && other != number) {
    ng_close(other);
  }
}

// MARK: making

static int failed(char *error, size_t error_size, const char *reason) {
  snprintf(error, error_size, "%s", reason);
  return -1;
}

/// libwebsockets 4.1.6 has tables as long as this limit, and takes one above ten million for wrong.
static void lower_absurd_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 10 * 1000 * 1000) {
    limit.rlim_cur = 1 << 20;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
  }
}

/// `per_session_data_size` is not used, but without it libwebsockets does not tell that it closes.
static const struct lws_protocols websocket_protocols[] = {
    {.name = "websocket",
     .callback = ng_ws_callback,
     .per_session_data_size = sizeof(void *),
     .rx_buffer_size = 1024,
     // Nothing longer is written at once, but frames, which must be: see `ng_ws_write`.
     .tx_packet_size = 1 << 30},
    {0},
};

static const struct lws_protocols raw_protocols[] = {
    {.name = "front",
     .callback = ng_raw_callback,
     .per_session_data_size = sizeof(void *),
     .rx_buffer_size = NG_RECORD_SIZE,
     .tx_packet_size = NG_CHUNK_SIZE},
    {0},
};

/// Pings are sent by the gateway: libwebsockets keeps its timers in one sorted list, and walks it
/// for each.
static const lws_retry_bo_t no_pings = {0};

static struct lws_context *_Nullable make_context(server_impl *server) {
  void *loops[] = {server->loop->native};
  struct lws_context_creation_info info = {
      .port = CONTEXT_PORT_NO_LISTEN,
      .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                 LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
                 LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME,
      .foreign_loops = loops,
      .user = server,
      .pcontext = &server->lws,
      .pt_serv_buf_size = NG_CHUNK_SIZE + LWS_PRE,
      .timeout_secs = (unsigned int)server->settings.handshake_timeout_s,
  };
  return lws_create_context(&info);
}

static struct lws_vhost *_Nullable make_websocket_vhost(server_impl *server) {
  struct lws_context_creation_info info = {
      .port = CONTEXT_PORT_NO_LISTEN,
      .vhost_name = "websockets",
      .protocols = websocket_protocols,
      .retry_and_idle_policy = &no_pings,
  };
  return lws_create_vhost(server->lws, &info);
}

static int make(server_impl *server, char *error, size_t error_size) {
  lower_absurd_descriptor_limit();
  server->event_pipe = -1;
  making_event_pipe_of = server;
  server->lws = make_context(server);
  making_event_pipe_of = NULL;
  if (server->lws == NULL) {
    return failed(error, error_size,
                  "libwebsockets did not start; is its libuv plugin (libwebsockets-evlib-uv) "
                  "installed?");
  }
  struct lws_vhost *websockets = make_websocket_vhost(server);
  // The name is looked up since a context that failed half-way is given out as if it were whole.
  if (websockets == NULL || lws_get_vhost_by_name(server->lws, "websockets") != websockets) {
    return failed(error, error_size, "libwebsockets could not make its WebSocket server");
  }
  server->websockets = websockets;
  return 0;
}

ng_server *_Nullable ng_server_new(ng_loop *loop, void *context,
                                   const ng_server_settings *settings, char *error,
                                   size_t error_size) {
  server_impl *server = ng_allocate(sizeof *server);
  server->face.context = context;
  server->loop = loop;
  server->settings = *settings;
  enter_process();
  int result = make(server, error, error_size);
  leave_process();
  if (result < 0) {
    ng_server_free(&server->face);
    return NULL;
  }
  return &server->face;
}

static struct lws_vhost *_Nullable make_tls_vhost(server_impl *server, const char *name) {
  if (server->no_client == NULL) {
    server->no_client = ng_tls_unused_context_new();
  }
  struct lws_context_creation_info info = {
      // With CONTEXT_PORT_NO_LISTEN there would silently be no TLS.
      .port = CONTEXT_PORT_NO_LISTEN_SERVER,
      .vhost_name = name,
      .protocols = raw_protocols,
      .alpn = "http/1.1",
      .retry_and_idle_policy = &no_pings,
      // Without one it would make one, with all certificates of the system, and never free it.
      .provided_client_ssl_ctx = server->no_client,
      // The certificate is loaded by `ng_tls_configure`, into the context that we are shown.
      .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX,
  };
  return lws_create_vhost(server->lws, &info);
}

int ng_server_add_tls(ng_server *face, const ng_tls_settings *settings, char *error,
                      size_t error_size) {
  server_impl *server = NG_EMBEDDED(face, server_impl, face);
  if (server->tls_count > NG_TLS_INDEX_MAX) {
    return failed(error, error_size, "too many ways to speak TLS");
  }
  // Checked before, for libwebsockets does not clean up well after a vhost that fails.
  if (ng_tls_check(settings, error, error_size) < 0) {
    return -1;
  }
  int index = server->tls_count;
  char *name = server->tls_names[index];
  snprintf(name, sizeof server->tls_names[index], "front %d", index);
  server->tls_context = NULL;
  enter_process();
  server->tls[index] = make_tls_vhost(server, name);
  leave_process();
  if (server->tls[index] == NULL || server->tls_context == NULL) {
    return failed(error, error_size, "libwebsockets could not make its TLS server");
  }
  // When libwebsockets is done: it would put its own ways to choose protocol and certificate last.
  if (ng_tls_configure(server->tls_context, settings, error, error_size) < 0) {
    return -1;
  }
  server->tls_contexts[index] = server->tls_context;
  server->tls_count = index + 1;
  return index;
}

void ng_server_renew_tls(ng_server *face, int index, ng_tls_certificate *certificate,
                         ng_tls_version minimum_version) {
  server_impl *server = NG_EMBEDDED(face, server_impl, face);
  if (index >= 0 && index < server->tls_count && server->tls_contexts[index] != NULL) {
    ng_tls_renew(server->tls_contexts[index], certificate, minimum_version);
  }
}

void ng_server_set_message_sizes_max(ng_server *face, size_t size, size_t early_size) {
  server_impl *server = NG_EMBEDDED(face, server_impl, face);
  server->settings.message_size_max = size;
  server->settings.early_message_size_max = early_size;
}

// MARK: freeing

void ng_server_free(ng_server *face) {
  server_impl *server = NG_EMBEDDED(face, server_impl, face);
  if (server->lws != NULL) {
    enter_process();
    lws_context_destroy(server->lws);
    leave_process();
    if (server->event_pipe >= 0) {
      retake_event_pipe(server->event_pipe);
    }
  }
  // On a loop that is not its own, libwebsockets wants its handles to come to their end on the loop
  // before it is asked once more. It clears `server->lws` when it is done.
  for (int turn = 0; turn < 8 && server->lws != NULL; turn++) {
    ng_loop_run_ready(server->loop);
  }
  if (server->lws != NULL) {
    lws_context_destroy(server->lws);
  }
  if (server->no_client != NULL) {
    ng_tls_unused_context_free(server->no_client);
  }
  free(server);
}

/// What the two halves of the shim share. Not seen by Swift.
#ifndef NG_HTTP_INTERNAL_H
#define NG_HTTP_INTERNAL_H

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>

#include "ng_http.h"

typedef struct watched_socket watched_socket;

/// A socket that libcurl has open, so that it can be found by the addresses of its ends.
typedef struct {
  int descriptor;
  /// NULL until libcurl has first waited for it.
  watched_socket *watched;
  char remote_ip[INET6_ADDRSTRLEN];
  /// 0 as long as nobody asked for it.
  int local_port;
} open_socket;

typedef struct request_impl request_impl;

typedef struct {
  ng_http_client face;
  CURLM *multi;
  ng_timer *timer;
  /// Read once: libcurl would read the text of it anew for each request.
  CURLU *url;
  /// NULL for the system's own.
  char *ca_file;
  bool is_tls;
  long connect_timeout_ms;
  unsigned unacknowledged_timeout_ms;
  long idle_timeout_ms;
  open_socket *sockets;
  size_t socket_count;
  size_t socket_capacity;
  /// Requests whose answer came before all of their streamed body was out, the first of
  /// `next_early`.
  request_impl *early_answered;
  /// Requests to be used again, the first of `next_idle`.
  request_impl *idle_request;
  size_t idle_request_count;
  size_t idle_request_count_max;
} client_impl;

_Static_assert(offsetof(client_impl, face) == 0, "a face is where its object begins");

/// What the next line of an answer is.
typedef enum {
  EXPECT_STATUS_LINE = 0,
  /// Of an interim answer: passed over; its empty line leads to a status line again.
  EXPECT_INTERIM_FIELD,
  EXPECT_FIELD,
  /// The empty line has come, what follows are trailers: passed over.
  HEAD_IS_WHOLE,
} head_state;

/// The field lines of a request, as libcurl wants them.
typedef struct {
  /// Each ends with a NUL.
  char *bytes;
  size_t size;
  size_t capacity;
  /// Where each begins, and the list that is made of them.
  size_t *starts;
  struct curl_slist *nodes;
  size_t count;
  size_t count_max;
} line_list;

struct request_impl {
  ng_http_request face;
  ng_http_callbacks callbacks;
  CURL *easy;
  line_list lines;
  request_impl *next_idle;
  bool is_early_answered;
  request_impl *next_early;
  bool has_ended_well;
  /// libcurl was told a method; if not, it is GET.
  bool has_named_method;
  bool has_body;
  bool is_started;
  bool may_be_repeated;
  bool is_head;
  bool has_streamed_body;
  bool is_upload_paused;
  bool is_answer_paused;
  /// The answer was cut off behind its head, where it ends.
  bool ended_with_head;
  /// How often libcurl was about to write the request.
  unsigned attempt_count;
  head_state head;
  char reason[CURL_ERROR_SIZE];
};

_Static_assert(offsetof(request_impl, face) == 0, "a face is where its object begins");

static inline client_impl *client_of(const ng_http_client *client) {
  return (client_impl *)(uintptr_t)client;
}

static inline request_impl *request_of(const ng_http_request *request) {
  return (request_impl *)(uintptr_t)request;
}

static inline void *ng_require_memory(void *memory) {
  if (memory == NULL) {
    abort();
  }
  return memory;
}

/// What libcurl refuses only when it is misused, lacks what `ng_http_global_init` asks for, or is
/// out of memory. A macro, so that the type of the value is checked by libcurl's header.
#define SET(easy, option, value)                           \
  do {                                                     \
    if (curl_easy_setopt(easy, option, value) != CURLE_OK) \
      abort();                                             \
  } while (0)

/// Sets what all requests of a client have in common.
void ng_http_configure(const client_impl *client, CURL *easy);

/// An empty value is sent as such. Aborts when it would not be one line.
void ng_http_append_field(line_list *lines, const uint8_t *name, size_t name_size,
                          const uint8_t *value, size_t value_size);
void ng_http_append_text(line_list *lines, const char *line);
/// The list of all lines, good until one is added. libcurl does not copy it.
struct curl_slist *ng_http_link_lines(line_list *lines);
void ng_http_clear_lines(line_list *lines);
void ng_http_free_lines(line_list *lines);

/// Lets libcurl find out whether requests are done whose answer came early.
void ng_http_look_at_early_answered(client_impl *client);
void ng_http_forget_early_answered(request_impl *request);

/// Has libcurl tell a new request of what happens.
void ng_http_set_callbacks(request_impl *request);

/// Which versions of HTTP are spoken with the server.
long ng_http_version(const client_impl *client);

/// Frees the requests that wait to be used again.
void ng_http_free_idle_requests(client_impl *client);

/// For CURLOPT_OPENSOCKETFUNCTION and CURLOPT_CLOSESOCKETFUNCTION; `context` is the client.
curl_socket_t ng_http_open_socket(void *context, curlsocktype purpose,
                                  struct curl_sockaddr *address);
int ng_http_close_socket(void *context, curl_socket_t descriptor);

/// The one with this descriptor; NULL for one that libcurl has not opened through the client, which
/// is its own for waking itself up. Good until a socket is opened or closed.
open_socket *ng_http_find_socket(client_impl *client, int descriptor);

/// Forgets all that libcurl has closed, which must be all there are.
void ng_http_forget_sockets(client_impl *client);

/// Stops watching a socket for good.
void ng_http_free_watched(watched_socket *watched);

/// Whether there is something to be read: bytes, the end of the stream or an error.
bool ng_http_has_input(int descriptor);

/// Makes sure that a request goes out on a connection only if the server is silent there.
void ng_http_refuse_unasked_input(client_impl *client, const char *remote_ip, int local_port);

/// Called when libcurl is done with a request.
void ng_http_request_ended(request_impl *request, CURLcode code);

#endif

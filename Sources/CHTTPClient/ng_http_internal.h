/// What the two halves of the shim share. Not seen by Swift.
#ifndef NG_HTTP_INTERNAL_H
#define NG_HTTP_INTERNAL_H

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>

#include "ng_http.h"

/// A socket that libcurl has open, so that it can be found by the addresses of its ends.
typedef struct {
  int descriptor;
  char remote_ip[INET6_ADDRSTRLEN];
  /// 0 as long as nobody asked for it.
  int local_port;
} open_socket;

typedef struct {
  ng_http_client face;
  CURLM *multi;
  ng_timer *timer;
  char *url;
  /// NULL for the system's own.
  char *ca_file;
  bool is_tls;
  long connect_timeout_ms;
  unsigned unacknowledged_timeout_ms;
  long idle_timeout_ms;
  open_socket *sockets;
  size_t socket_count;
  size_t socket_capacity;
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

typedef struct {
  ng_http_request face;
  ng_http_callbacks callbacks;
  CURL *easy;
  struct curl_slist *fields;
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
} request_impl;

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

/// For CURLOPT_OPENSOCKETFUNCTION and CURLOPT_CLOSESOCKETFUNCTION; `context` is the client.
curl_socket_t ng_http_open_socket(void *context, curlsocktype purpose,
                                  struct curl_sockaddr *address);
int ng_http_close_socket(void *context, curl_socket_t descriptor);

/// Makes sure that a request goes out on a connection only if the server is silent there.
void ng_http_refuse_unasked_input(client_impl *client, const char *remote_ip, int local_port);

/// Called when libcurl is done with a request.
void ng_http_request_ended(request_impl *request, CURLcode code);

#endif

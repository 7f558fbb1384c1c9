#include "ng_http_internal.h"

// Requests are used again when they are done: what libcurl sets up for each, options and memory,
// costs more than a small request itself.

static request_impl *make_request(const client_impl *client) {
  request_impl *request = ng_require_memory(calloc(1, sizeof *request));
  request->easy = ng_require_memory(curl_easy_init());
  CURL *easy = request->easy;
  ng_http_configure(client, easy);
  ng_http_set_callbacks(request);
  return request;
}

static void destroy_request(request_impl *request) {
  curl_easy_cleanup(request->easy);
  ng_http_free_lines(&request->lines);
  free(request);
}

/// Makes a request that is done as if it were new.
static void reset_request(client_impl *client, request_impl *request) {
  CURL *easy = request->easy;
  SET(easy, CURLOPT_HTTPHEADER, NULL);
  if (request->has_body) {
    SET(easy, CURLOPT_POSTFIELDS, NULL);
  }
  if (request->has_named_method) {
    SET(easy, CURLOPT_CUSTOMREQUEST, NULL);
  }
  // Takes back POST, PUT and HEAD.
  SET(easy, CURLOPT_HTTPGET, 1L);
  SET(easy, CURLOPT_HTTP_VERSION, ng_http_version(client));
  ng_http_clear_lines(&request->lines);
  *request = (request_impl){.easy = easy, .lines = request->lines};
}

/// Whether libcurl has nothing in mind about it any more. After a failure, or a second attempt, it
/// has: it counts attempts over all transfers of a handle, and remembers who did not like `Expect`.
static bool may_be_used_again(const client_impl *client, const request_impl *request) {
  return request->has_ended_well && request->attempt_count <= 1 &&
         client->idle_request_count < client->idle_request_count_max;
}

void ng_http_free_idle_requests(client_impl *client) {
  while (client->idle_request != NULL) {
    request_impl *request = client->idle_request;
    client->idle_request = request->next_idle;
    destroy_request(request);
  }
  client->idle_request_count = 0;
}

ng_http_request *ng_http_request_new(ng_http_client *face, const ng_http_callbacks *callbacks) {
  client_impl *client = client_of(face);
  request_impl *request = client->idle_request;
  if (request == NULL) {
    request = make_request(client);
  } else {
    client->idle_request = request->next_idle;
    client->idle_request_count--;
    request->next_idle = NULL;
  }
  request->face.client = face;
  request->callbacks = *callbacks;
  return &request->face;
}

void ng_http_request_free(ng_http_request *face) {
  request_impl *request = request_of(face);
  client_impl *client = client_of(face->client);
  ng_http_forget_early_answered(request);
  if (request->is_started) {
    curl_multi_remove_handle(client->multi, request->easy);
  }
  if (!may_be_used_again(client, request)) {
    destroy_request(request);
    return;
  }
  reset_request(client, request);
  request->next_idle = client->idle_request;
  client->idle_request = request;
  client->idle_request_count++;
}

#include <stdio.h>
#include <string.h>

#include "ng_http_internal.h"

// MARK: sent once

// What libcurl 7.88 does by itself (Curl_retry_request in lib/transfer.c): a request whose reused
// connection dies before a byte of the answer is sent again on another one, up to five times. It
// takes such a death for that of a connection which the server had closed while it was idle. But it
// looks the same when the server has read the whole request, has acted on it and dies before it
// answers, and then a write is applied twice. Over HTTP/2 it does so, too, after REFUSED_STREAM and
// HTTP_1_1_REQUIRED.
//
// So the pre-request callback, which libcurl calls before each attempt, lets a request through
// again only if nothing of it was written. What remains is the harmless case: the write itself
// failed. A connection that the server closed while it was idle is hardly ever used: libcurl looks
// at it before, and so do we, right before the write.
//
// A price: a write that an HTTP/2 server refused unread (REFUSED_STREAM) counts as one that may
// have been applied, since libcurl does not tell that case from the others.

/// CURLINFO_REQUEST_SIZE counts the bytes of the head (and of a small body) that were handed over,
/// in all attempts. In plain HTTP/1.1 they are handed to the kernel, so that 0 means none left this
/// machine. TLS and HTTP/2 may have written records or frames and still report that the write as a
/// whole failed: there, having begun to write counts.
static bool may_have_been_sent(const request_impl *request) {
  // Before the first attempt libcurl's count may still be that of another request.
  if (request->attempt_count == 0 || client_of(request->face.client)->is_tls) {
    return request->attempt_count > 0;
  }
  long size = 0;
  curl_easy_getinfo(request->easy, CURLINFO_REQUEST_SIZE, &size);
  return size > 0;
}

/// For CURLOPT_PREREQFUNCTION: a connection is there, and the next step is to write the request.
static int before_attempt(void *context, char *remote_ip, char *local_ip, int remote_port,
                          int local_port) {
  (void)local_ip;
  (void)remote_port;
  request_impl *request = context;
  if (!request->may_be_repeated && may_have_been_sent(request)) {
    return CURL_PREREQFUNC_ABORT;
  }
  request->attempt_count += 1;
  ng_http_refuse_unasked_input(client_of(request->face.client), remote_ip, local_port);
  return CURL_PREREQFUNC_OK;
}

// MARK: the answer

static bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }

/// The status of `HTTP/1.1 200 OK` or `HTTP/2 200`, whose form libcurl has checked; 0 if there is
/// none. `*rest` is what stands behind it.
static int status_of(const char *line, const char *end, const char **rest) {
  const char *at = memchr(line, ' ', (size_t)(end - line));
  at = at == NULL ? end : at + 1;
  int status = 0;
  for (; at < end && *at >= '0' && *at <= '9'; at++) {
    status = status > 999 ? status : status * 10 + (*at - '0');
  }
  *rest = at;
  return status;
}

static ng_http_flow give_status(request_impl *request, const char *line, size_t size) {
  const char *end = line + size;
  const char *reason;
  int status = status_of(line, end, &reason);
  if (status >= 100 && status < 200 && status != 101) {
    request->head = EXPECT_INTERIM_FIELD;
    return NG_HTTP_CONTINUE;
  }
  request->head = EXPECT_FIELD;
  if (reason < end && *reason == ' ') {
    reason++;
  }
  return request->callbacks.on_head(request->callbacks.context, status, (const uint8_t *)reason,
                                    (size_t)(end - reason));
}

static ng_http_flow give_field(request_impl *request, const char *line, size_t size) {
  const char *colon = memchr(line, ':', size);
  // A line that begins with white space would continue the one before; RFC 9112 section 5.2 has a
  // gateway refuse such an answer. Without a colon it is no field at all.
  if (colon == NULL || colon == line || is_blank(line[0])) {
    return NG_HTTP_STOP;
  }
  const char *value = colon + 1;
  const char *end = line + size;
  while (value < end && is_blank(*value)) {
    value++;
  }
  while (end > value && is_blank(end[-1])) {
    end--;
  }
  return request->callbacks.on_field(request->callbacks.context, (const uint8_t *)line,
                                     (size_t)(colon - line), (const uint8_t *)value,
                                     (size_t)(end - value));
}

static ng_http_flow end_head(request_impl *request) {
  request->head = HEAD_IS_WHOLE;
  if (request->has_streamed_body) {
    client_impl *client = client_of(request->face.client);
    request->is_early_answered = true;
    request->next_early = client->early_answered;
    client->early_answered = request;
  }
  ng_http_flow flow = request->callbacks.on_head_end(request->callbacks.context);
  if (flow == NG_HTTP_CONTINUE && request->is_head && request->has_streamed_body) {
    // To libcurl this is no HEAD, which has no body of its own there: it would wait for one of the
    // answer's.
    request->ended_with_head = true;
    return NG_HTTP_STOP;
  }
  return flow;
}

/// `line` is without its line end.
static ng_http_flow give_line(request_impl *request, const char *line, size_t size) {
  switch (request->head) {
  case EXPECT_STATUS_LINE:
    return give_status(request, line, size);
  case EXPECT_INTERIM_FIELD:
    request->head = size == 0 ? EXPECT_STATUS_LINE : EXPECT_INTERIM_FIELD;
    return NG_HTTP_CONTINUE;
  case EXPECT_FIELD:
    return size == 0 ? end_head(request) : give_field(request, line, size);
  case HEAD_IS_WHOLE:
    return NG_HTTP_CONTINUE;
  }
}

/// For CURLOPT_HEADERFUNCTION. Any other result than the size makes libcurl end the request.
static size_t got_line(char *bytes, size_t one, size_t size, void *context) {
  size_t length = one * size;
  while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) {
    length--;
  }
  return give_line(context, bytes, length) == NG_HTTP_CONTINUE ? one * size : 0;
}

/// For CURLOPT_WRITEFUNCTION.
static size_t got_body(char *bytes, size_t one, size_t size, void *context) {
  request_impl *request = context;
  size_t length = one * size;
  if (length == 0) {
    return 0;
  }
  ng_http_flow flow = request->callbacks.on_body(request->callbacks.context,
                                                 (const uint8_t *)bytes, length);
  if (flow == NG_HTTP_PAUSE) {
    request->is_answer_paused = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  // Not 0, which is also a length; CURL_WRITEFUNC_PAUSE is near it, so a value that is neither.
  return flow == NG_HTTP_CONTINUE ? length : length + 1;
}

/// For CURLOPT_READFUNCTION.
static size_t supply_body(char *buffer, size_t one, size_t size, void *context) {
  request_impl *request = context;
  size_t supplied = 0;
  switch (request->callbacks.on_upload(request->callbacks.context, (uint8_t *)buffer, one * size,
                                       &supplied)) {
  case NG_HTTP_SUPPLIED:
    return supplied;
  case NG_HTTP_SUPPLY_LATER:
    request->is_upload_paused = true;
    return CURL_READFUNC_PAUSE;
  case NG_HTTP_SUPPLY_ENDED:
    return 0;
  }
}

static void set_reason(request_impl *request, const char *reason) {
  (void)snprintf(request->reason, sizeof request->reason, "%s", reason);
}

void ng_http_request_ended(request_impl *request, CURLcode code) {
  ng_http_forget_early_answered(request);
  // Must be before `on_end`, which may free the request, and frees the way for the next one.
  curl_multi_remove_handle(client_of(request->face.client)->multi, request->easy);
  request->is_started = false;
  request->has_ended_well = code == CURLE_OK;
  // libcurl calls an answer good whose stream ended within its head.
  bool is_complete =
      (code == CURLE_OK && request->head == HEAD_IS_WHOLE) || request->ended_with_head;
  if (code == CURLE_OK && !is_complete) {
    set_reason(request, "the answer ended in its head");
  } else if (code == CURLE_ABORTED_BY_CALLBACK) {
    // Of our callbacks only `before_attempt` does that.
    set_reason(request, "the connection ended before the answer");
  } else if (code != CURLE_OK && request->reason[0] == '\0') {
    set_reason(request, curl_easy_strerror(code));
  }
  request->callbacks.on_end(request->callbacks.context,
                            is_complete ? NG_HTTP_COMPLETE : NG_HTTP_FAILED);
}

void ng_http_set_callbacks(request_impl *request) {
  CURL *easy = request->easy;
  SET(easy, CURLOPT_PRIVATE, (char *)request);
  SET(easy, CURLOPT_ERRORBUFFER, request->reason);
  SET(easy, CURLOPT_PREREQFUNCTION, before_attempt);
  SET(easy, CURLOPT_PREREQDATA, request);
  SET(easy, CURLOPT_HEADERFUNCTION, got_line);
  SET(easy, CURLOPT_HEADERDATA, request);
  SET(easy, CURLOPT_WRITEFUNCTION, got_body);
  SET(easy, CURLOPT_WRITEDATA, request);
  SET(easy, CURLOPT_READFUNCTION, supply_body);
  SET(easy, CURLOPT_READDATA, request);
}

// MARK: the request

static void require_line(const char *text) {
  if (strpbrk(text, "\r\n") != NULL) {
    abort();
  }
}

static void name_method(request_impl *request, const char *method) {
  request->has_named_method = true;
  SET(request->easy, CURLOPT_CUSTOMREQUEST, method);
}

/// A request with a body is no longer what libcurl sends by itself.
static void require_method(request_impl *request) {
  if (!request->has_named_method) {
    name_method(request, "GET");
  }
}

void ng_http_request_set_method(ng_http_request *face, const char *method) {
  require_line(method);
  CURL *easy = request_of(face)->easy;
  // The answer to a HEAD has no body whatever its Content-Length says, and libcurl must know.
  request_of(face)->is_head = strcmp(method, "HEAD") == 0;
  if (request_of(face)->is_head) {
    SET(easy, CURLOPT_NOBODY, 1L);
  }
  // A GET without a body is what libcurl sends by itself.
  if (strcmp(method, "GET") != 0) {
    name_method(request_of(face), method);
  }
}

void ng_http_request_set_target(ng_http_request *face, const char *target) {
  require_line(target);
  SET(request_of(face)->easy, CURLOPT_REQUEST_TARGET, target);
}

void ng_http_request_add_field(ng_http_request *face, const char *name, const char *value) {
  ng_http_request_add_field_bytes(face, (const uint8_t *)name, strlen(name),
                                  (const uint8_t *)value, strlen(value));
}

void ng_http_request_add_field_bytes(ng_http_request *face, const uint8_t *name, size_t name_size,
                                     const uint8_t *value, size_t value_size) {
  ng_http_append_field(&request_of(face)->lines, name, name_size, value, value_size);
}

void ng_http_request_set_body(ng_http_request *face, const uint8_t *bytes, size_t size) {
  CURL *easy = request_of(face)->easy;
  request_of(face)->has_body = true;
  // "POST" only to libcurl, as its way to send a body; what is sent is the method that was set.
  require_method(request_of(face));
  SET(easy, CURLOPT_POST, 1L);
  SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
  // For an empty body `bytes` may point nowhere, and libcurl would ask a callback for the body.
  SET(easy, CURLOPT_COPYPOSTFIELDS, size == 0 ? "" : (const char *)bytes);
}

void ng_http_request_stream_body(ng_http_request *face, int64_t size) {
  request_impl *request = request_of(face);
  CURL *easy = request->easy;
  request->has_streamed_body = true;
  // "PUT" only to libcurl; what is sent is the method that was set.
  require_method(request);
  SET(easy, CURLOPT_UPLOAD, 1L);
  SET(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
  if (size < 0) {
    ng_http_append_text(&request->lines, "Transfer-Encoding: chunked");
  }
}

void ng_http_request_avoid_http2(ng_http_request *face) {
  SET(request_of(face)->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

void ng_http_request_allow_repeat(ng_http_request *face) {
  request_of(face)->may_be_repeated = true;
}

void ng_http_request_start(ng_http_request *face) {
  request_impl *request = request_of(face);
  // Each takes off the field that libcurl would add where none was given; one that was given comes
  // before it in the list, and stays.
  ng_http_append_text(&request->lines, "Accept:");
  ng_http_append_text(&request->lines, "Content-Type:");
  ng_http_append_text(&request->lines, "Expect:");
  SET(request->easy, CURLOPT_HTTPHEADER, ng_http_link_lines(&request->lines));
  request->is_started = true;
  if (curl_multi_add_handle(client_of(face->client)->multi, request->easy) != CURLM_OK) {
    abort();
  }
}

/// libcurl sets both directions at a time.
static CURLcode set_pauses(request_impl *request) {
  return curl_easy_pause(request->easy,
                         (request->is_upload_paused ? CURLPAUSE_SEND : 0) |
                             (request->is_answer_paused ? CURLPAUSE_RECV : 0));
}

// When the answer is whole, libcurl gives up to send the rest of a body if the server said that it
// would close or that it does not want it. But to libcurl a transfer whose body is paused is not
// done even then, and nothing happens on it any more. So while an answer comes in before the body
// is all out, the body is not left paused: if it is still wanted, it is asked for, and paused
// again.

void ng_http_look_at_early_answered(client_impl *client) {
  for (request_impl *request = client->early_answered; request != NULL;
       request = request->next_early) {
    ng_http_request_resume_upload(&request->face);
  }
}

void ng_http_forget_early_answered(request_impl *request) {
  if (!request->is_early_answered) {
    return;
  }
  request->is_early_answered = false;
  request_impl **link = &client_of(request->face.client)->early_answered;
  while (*link != request) {
    link = &(*link)->next_early;
  }
  *link = request->next_early;
}

void ng_http_request_resume_upload(ng_http_request *face) {
  request_impl *request = request_of(face);
  if (request->is_started && request->is_upload_paused) {
    request->is_upload_paused = false;
    (void)set_pauses(request);
  }
}

void ng_http_request_resume_answer(ng_http_request *face) {
  request_impl *request = request_of(face);
  if (request->is_started && request->is_answer_paused) {
    request->is_answer_paused = false;
    // libcurl would go on behind the bytes that a callback did not want.
    if (set_pauses(request) == CURLE_WRITE_ERROR) {
      abort();
    }
  }
}

int ng_http_request_may_have_been_sent(const ng_http_request *face) {
  return may_have_been_sent(request_of(face));
}

const char *ng_http_request_reason(const ng_http_request *face) {
  return request_of(face)->reason;
}

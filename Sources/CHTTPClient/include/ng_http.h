/// libcurl behind a narrow face: requests to one HTTP server, on a loop of CLoop.
///
/// Why a shim: `curl_easy_setopt` is variadic, which Swift cannot call; what must be set for a
/// request to be sent exactly once, and exactly as it is given, belongs to one place.
///
/// Unless a function says otherwise: it runs on the loop's own thread and calls nobody back. Texts
/// are copied. Allocation failure aborts the process, as it does in Swift.
///
/// Texts that become part of a request (method, target, names and values of fields) must not have
/// CR, LF or NUL in them: the caller checks that, the shim aborts.
#ifndef NG_HTTP_H
#define NG_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "ng_loop.h"

#pragma clang assume_nonnull begin

/// Prepares libcurl for the process. Thread: the main one, before any other function of this
/// header. Returns 0, or -1 when the libcurl at hand can't do what is built upon it: 7.87 and up,
/// TLS, HTTP/2 and name resolution that does not block.
int ng_http_global_init(void);

/// The version of libcurl that this process runs with, such as 7.88.1. Thread: any.
const char *ng_http_library_version(void);

/// What a client is made of; read during `ng_http_client_new` only.
typedef struct ng_http_client_settings {
  /// `http://host:port/` or `https://host:port/`, an IPv6 address in brackets.
  const char *url;
  /// PEM certificates to trust instead of the system's; read when a connection is made.
  const char *_Nullable ca_file;
  /// From the start of a request to the end of the TCP and TLS handshakes, 1 and up.
  uint32_t connect_timeout_ms;
  /// A connection on which bytes stay unacknowledged for longer is dead, 1 and up. Matters to
  /// HTTP/2, where the time-out of one request does not close the connection for the others.
  uint32_t unacknowledged_timeout_ms;
  /// A connection that was idle for longer is not used again. Below 1000 none is ever used again.
  uint32_t idle_timeout_ms;
  /// Connections at one time, idle ones included, 1 and up.
  uint32_t connections_max;
} ng_http_client_settings;

/// The connections to one server.
typedef struct ng_http_client {
  ng_loop *loop;
} ng_http_client;

ng_http_client *ng_http_client_new(ng_loop *loop, const ng_http_client_settings *settings);

/// Closes all connections. Every request of the client must have been freed.
void ng_http_client_free(ng_http_client *client);

/// What a callback wants to happen next.
typedef enum __attribute__((enum_extensibility(closed))) ng_http_flow {
  NG_HTTP_CONTINUE = 0,
  /// Ends the request with NG_HTTP_FAILED and closes its connection (over HTTP/2, its stream).
  NG_HTTP_STOP = 1,
  /// Of `on_body` only, and only over HTTP/1.1: these bytes were not taken. They are given again by
  /// `ng_http_request_resume_answer`, and until then the server is not read from.
  NG_HTTP_PAUSE = 2,
} ng_http_flow;

/// What became of the wish for more of a streamed body.
typedef enum __attribute__((enum_extensibility(closed))) ng_http_supply {
  /// There are bytes, at least one.
  NG_HTTP_SUPPLIED = 0,
  /// There are none at hand: the wish comes again after `ng_http_request_resume_upload`.
  NG_HTTP_SUPPLY_LATER = 1,
  /// There will be none any more. Not asked of a body whose announced size has been reached.
  NG_HTTP_SUPPLY_ENDED = 2,
} ng_http_supply;

typedef enum __attribute__((enum_extensibility(closed))) ng_http_end {
  /// The answer is whole: its head, all its fields and its body were given.
  NG_HTTP_COMPLETE = 0,
  /// It broke off, or never came. `ng_http_request_may_have_been_sent` says what that means.
  NG_HTTP_FAILED = 1,
} ng_http_end;

/// All run from within the loop, none from within a function of this header (but for `on_body`, see
/// `ng_http_request_resume_answer`), and none after `ng_http_request_free`. `context` is borrowed,
/// bytes are valid during the call only. All but `on_end` must not call any function of this
/// header.
typedef struct ng_http_callbacks {
  void *context;
  /// Once, before all others of the answer but `on_end`; interim answers (100 to 199 except 101)
  /// are left out. The reason phrase may be empty.
  ng_http_flow (*on_head)(void *context, int status, const uint8_t *reason, size_t reason_size);
  /// Each field of the head, without white space around the value. Trailers are left out.
  ng_http_flow (*on_field)(void *context, const uint8_t *name, size_t name_size,
                           const uint8_t *value, size_t value_size);
  /// All fields of the head were given.
  ng_http_flow (*on_head_end)(void *context);
  /// The body, piece by piece, 1 byte and up; chunked coding is taken off.
  ng_http_flow (*on_body)(void *context, const uint8_t *bytes, size_t size);
  /// The server is ready for more of a body that is streamed: writes up to `capacity` bytes, and
  /// how many into `size`. With `Expect: 100-continue` among the fields it is not ready before it
  /// has said so, or a second has gone by.
  ng_http_supply (*on_upload)(void *context, uint8_t *buffer, size_t capacity, size_t *size);
  /// Once, last. May start and free requests, this one too, but not free the client.
  void (*on_end)(void *context, ng_http_end end);
} ng_http_callbacks;

/// One request and its answer.
typedef struct ng_http_request {
  ng_http_client *client;
} ng_http_request;

/// A GET of `/`, unless set otherwise before the start.
ng_http_request *ng_http_request_new(ng_http_client *client, const ng_http_callbacks *callbacks);

void ng_http_request_set_method(ng_http_request *request, const char *method);

/// What stands in the request line, byte for byte. Origin form: it begins with `/`.
void ng_http_request_set_target(ng_http_request *request, const char *target);

/// Nothing is sent but these, Content-Length and, where none is given, Host.
void ng_http_request_add_field(ng_http_request *request, const char *name, const char *value);

/// The same for texts that are bytes with a length.
void ng_http_request_add_field_bytes(ng_http_request *request, const uint8_t *name,
                                     size_t name_size, const uint8_t *value, size_t value_size);

/// `bytes` are copied. An empty body is sent with `Content-Length: 0`.
void ng_http_request_set_body(ng_http_request *request, const uint8_t *bytes, size_t size);

enum { NG_HTTP_SIZE_UNKNOWN = -1 };

/// Has `on_upload` asked for the body. `size` is the number of its bytes, 1 and up, sent as
/// Content-Length; with NG_HTTP_SIZE_UNKNOWN the body is sent in chunks.
void ng_http_request_stream_body(ng_http_request *request, int64_t size);

/// Keeps to HTTP/1.1. Over HTTP/2 one answer whose reader is slow would hold up all others on its
/// connection, or be kept in memory.
void ng_http_request_avoid_http2(ng_http_request *request);

/// Lets the request be sent again, on another connection, when the first died before it answered.
/// Without this it is sent again only while nothing of it can have reached the server.
void ng_http_request_allow_repeat(ng_http_request *request);

/// Once. The callbacks begin to run later, from the loop.
void ng_http_request_start(ng_http_request *request);

/// After NG_HTTP_SUPPLY_LATER: `on_upload` will be called. Else without effect. Not to be called
/// from within a callback of this header but `on_end`.
void ng_http_request_resume_upload(ng_http_request *request);

/// After NG_HTTP_PAUSE: calls `on_body` with what was not taken, which may pause again but not
/// stop, and reads on. Else without effect. Not to be called from within a callback of this header
/// but `on_end`.
void ng_http_request_resume_answer(ng_http_request *request);

/// 1 when the server may have received the request or a part of it, 0 when it can't have.
int ng_http_request_may_have_been_sent(const ng_http_request *request);

/// Why the request failed, for people; empty as long as it has not. Valid until it is freed.
const char *ng_http_request_reason(const ng_http_request *request);

/// Gives the request up if it has not ended.
void ng_http_request_free(ng_http_request *request);

#pragma clang assume_nonnull end

#endif

/// libwebsockets on a given loop, behind a narrow face: a server that never listens and that never
/// sees a client's HTTP.
///
/// Why a shim: libwebsockets reports through one function with some ninety reasons, its structs are
/// sized by macros, and what version 4.1.6 gets wrong is worked around here (DESIGN.md, 3 and 9).
///
/// A connection starts as an `ng_stream` (ng_stream.h) and may become an `ng_ws_connection`
/// (ng_websocket.h). Unless a function says otherwise: it runs on the loop's own thread, callbacks
/// run there too, and `context` is borrowed until the object's end. Allocation failure aborts the
/// process, as it does in Swift.
#ifndef NG_SERVER_H
#define NG_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "ng_loop.h"
#include "ng_tls.h"
#include "ng_websocket.h"

#pragma clang assume_nonnull begin

/// One libwebsockets context on one loop.
typedef struct ng_server {
  /// What the callbacks of WebSocket connections get.
  void *context;
} ng_server;

typedef struct ng_server_settings {
  /// The largest message of a client, in bytes, 1 and up.
  size_t message_size_max;
  /// The largest text message that is kept of a client before `ng_ws_trust`, in bytes: larger ones
  /// are read and dropped.
  size_t early_message_size_max;
  /// How long a TLS handshake may take at the very most, in seconds, 1 and up. At its end the
  /// connection is cut off, so that whoever wants to part well has a shorter time of their own.
  int handshake_timeout_s;
  ng_ws_callbacks callbacks;
} ng_server_settings;

/// The version of libwebsockets that this process runs with, such as 4.1.6. Thread: any.
const char *ng_server_library_version(void);

/// NULL, with the reason as one line in `error`, when libwebsockets or its libuv plugin is not fit.
/// Must not be called from within a callback of the loop.
///
/// Side effect: a limit of open files above ten million, which libwebsockets takes for a mistake
/// and then allows 2560, is lowered to one million.
ng_server *_Nullable ng_server_new(ng_loop *loop, void *context,
                                   const ng_server_settings *settings, char *error,
                                   size_t error_size);

/// Lets streams speak TLS in one more way, the paths being borrowed for the call. Returns its
/// index, 0 and up, or -1 with the reason as one line in `error`.
int ng_server_add_tls(ng_server *server, const ng_tls_settings *settings, char *error,
                      size_t error_size);

enum { NG_TLS_INDEX_MAX = 15 };

/// From now on handshakes that begin in the way `index` show `certificate` and speak no older
/// version than `minimum_version`.
void ng_server_renew_tls(ng_server *server, int index, ng_tls_certificate *certificate,
                         ng_tls_version minimum_version);

/// From now on `size`, 1 and up, is the largest message of a client, and `early_size` the largest
/// that is kept before `ng_ws_trust`. One that is being received and has more already is too large.
void ng_server_set_message_sizes_max(ng_server *server, size_t size, size_t early_size);

/// Closes what is still open without ceremony (`closed` is called for each) and frees all of it.
/// All streams must have been closed or upgraded. Runs the loop, so it must not be called from
/// within one of its callbacks; other objects of the loop may call back meanwhile.
void ng_server_free(ng_server *server);

typedef enum __attribute__((enum_extensibility(closed))) ng_log_level {
  NG_LOG_ERROR,
  NG_LOG_WARNING,
} ng_log_level;

/// From now on `log` gets the lines of libwebsockets, without line end, in a buffer that is
/// borrowed for the call. Thread: any, for this function and for `log`. Once, before the first
/// server.
void ng_server_set_log(void (*log)(ng_log_level level, const char *line));

#pragma clang assume_nonnull end

#endif

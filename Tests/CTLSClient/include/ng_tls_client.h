/// A blocking TLS client for tests, on a socket that is connected already. It trusts everybody.
#ifndef NG_TLS_CLIENT_H
#define NG_TLS_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// `native` is private. One thread at a time.
typedef struct ng_tls_client {
  void *native;
} ng_tls_client;

/// What a client can resume a session with.
typedef struct ng_tls_session {
  void *native;
} ng_tls_session;

typedef struct ng_tls_client_options {
  /// 2 or 3: the only version of TLS 1 that is offered.
  int minor_version;
  /// Borrowed for the call.
  ng_tls_session *_Nullable session;
} ng_tls_client_options;

/// Shakes hands on a socket that stays the caller's. NULL when that fails.
ng_tls_client *_Nullable ng_tls_client_new(int descriptor, const ng_tls_client_options *options);

/// Returns the number of bytes, at least one; 0 at the end; -1 when it broke.
ptrdiff_t ng_tls_client_read(ng_tls_client *client, void *buffer, size_t size);

/// Writes all of it. Returns 0, or -1 when it broke.
int ng_tls_client_write(ng_tls_client *client, const void *bytes, size_t size);

/// Whether the handshake resumed a session.
int ng_tls_client_has_resumed(ng_tls_client *client);

/// The protocol that ALPN settled on, "" for none, good until the client's end.
const char *ng_tls_client_protocol(ng_tls_client *client);

/// The last session that the server gave a ticket for, the caller's; NULL when there was none yet.
ng_tls_session *_Nullable ng_tls_client_session(ng_tls_client *client);
/// How long the server promised to take that ticket, in seconds, 0 and up.
unsigned long ng_tls_session_lifetime(ng_tls_session *session);
/// How many bytes the server would take before the handshake that resumes it.
uint32_t ng_tls_session_early_data_size(ng_tls_session *session);
void ng_tls_session_free(ng_tls_session *session);

/// Asks for another handshake on the same connection (TLS 1.2). Returns 0, or -1 when the server
/// will not have one.
int ng_tls_client_renegotiate(ng_tls_client *client);

/// Says that nothing more will be sent.
void ng_tls_client_end_output(ng_tls_client *client);
void ng_tls_client_free(ng_tls_client *client);

#pragma clang assume_nonnull end

#endif

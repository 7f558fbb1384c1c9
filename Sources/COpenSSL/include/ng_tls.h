/// Setting up TLS: what libwebsockets leaves to its user, and macros that Swift cannot import.
#ifndef NG_TLS_H
#define NG_TLS_H

#include <stddef.h>

#pragma clang assume_nonnull begin

/// OpenSSL's own names for `SSL_CTX` and `SSL`, so that its headers need not be included.
struct ssl_ctx_st;
struct ssl_st;

typedef enum __attribute__((enum_extensibility(closed))) ng_tls_version {
  NG_TLS_VERSION_1_2 = 2,
  NG_TLS_VERSION_1_3 = 3,
} ng_tls_version;

/// The keys that session tickets are sealed with: shared by all workers, or a client could resume
/// its session only on the worker that it happened to have.
///
/// `native` is private. Thread: any, for all functions but `_free`.
typedef struct ng_tls_ticket_keys {
  void *native;
} ng_tls_ticket_keys;

/// New random keys, the caller's. Aborts when there are no random bytes.
ng_tls_ticket_keys *ng_tls_ticket_keys_new(void);

/// How long a ticket is good, in seconds, and so how often keys are to be rotated: what was said in
/// a session can be read with its ticket and the key that sealed it.
enum { NG_TLS_TICKET_LIFETIME_S = 3600 };

/// Seals with a new key from now on. Tickets of the last one are still taken, older ones no more.
void ng_tls_ticket_keys_rotate(ng_tls_ticket_keys *keys);

/// Only when no context that was configured with them is left.
void ng_tls_ticket_keys_free(ng_tls_ticket_keys *keys);

/// How one listener speaks TLS. Paths are borrowed for the call, `ticket_keys` must outlive the
/// context that is configured with it.
typedef struct ng_tls_settings {
  /// PEM: the certificate, then those of its issuers.
  const char *certificate_file;
  /// PEM, not encrypted.
  const char *private_key_file;
  ng_tls_version minimum_version;
  ng_tls_ticket_keys *ticket_keys;
} ng_tls_settings;

/// Puts certificate, versions, ciphers, groups, protocols and ticket keys into a server's context,
/// in place of what others have put there. Returns 0, or -1 with the reason as one line in `error`.
/// Thread: any, one context at a time.
int ng_tls_configure(struct ssl_ctx_st *context, const ng_tls_settings *settings, char *error,
                     size_t error_size);

/// Whether a context can be configured so: 0, or -1 with the reason as one line in `error`.
/// Thread: any.
int ng_tls_check(const ng_tls_settings *settings, char *error, size_t error_size);

/// A certificate with those of its issuers and its private key, which fit each other.
///
/// `native` is private. It never changes, so that all threads may use one. Thread: any, for all
/// functions.
typedef struct ng_tls_certificate {
  void *native;
} ng_tls_certificate;

/// Which of a certificate's files it is that can't be used.
typedef enum __attribute__((enum_extensibility(closed))) ng_tls_file {
  NG_TLS_FILE_NONE,
  NG_TLS_FILE_CERTIFICATE,
  NG_TLS_FILE_PRIVATE_KEY,
} ng_tls_file;

/// Reads both files. NULL with the reason as one line in `error`, and in `culprit` which of them
/// has to change. The caller's.
ng_tls_certificate *_Nullable ng_tls_certificate_load(const char *certificate_file,
                                                      const char *private_key_file,
                                                      ng_tls_file *culprit, char *error,
                                                      size_t error_size);

/// Contexts that use it go on doing so.
void ng_tls_certificate_free(ng_tls_certificate *certificate);

/// From now on handshakes of `context` show `certificate`, whatever they showed before, and speak
/// no older version. Connections that are there stay as they are. Thread: the context's.
void ng_tls_renew(struct ssl_ctx_st *context, ng_tls_certificate *certificate,
                  ng_tls_version minimum_version);

/// A context that nobody will use, for whoever insists on one. The caller's. Thread: any.
struct ssl_ctx_st *ng_tls_unused_context_new(void);
void ng_tls_unused_context_free(struct ssl_ctx_st *context);

/// Whether the handshake is done. Thread: the session's.
int ng_tls_is_established(const struct ssl_st *session);

/// Tells the peer that nothing more will come (close_notify). Thread: the session's.
void ng_tls_end_output(struct ssl_st *session);

/// The version of OpenSSL that this process runs with, such as 3.0.17. Thread: any.
const char *ng_tls_library_version(void);

/// Has the session end without telling the peer (no close_notify). Thread: the session's.
void ng_tls_end_quietly(struct ssl_st *session);

#pragma clang assume_nonnull end

#endif

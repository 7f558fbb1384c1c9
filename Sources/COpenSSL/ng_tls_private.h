#ifndef NG_TLS_PRIVATE_H
#define NG_TLS_PRIVATE_H

// What the parts of the TLS shim know of each other.

#include <openssl/ssl.h>

#include "ng_tls.h"

#pragma clang assume_nonnull begin

/// Puts a certificate, its chain and its private key from their files into `context`. Returns 0, or
/// -1 with the reason as one line in `error`, and in `culprit` which of the files has to change.
/// Thread: any, one context at a time. Leaves no errors in OpenSSL's queue.
int ng_tls_load_pair(SSL_CTX *context, const char *certificate_file, const char *private_key_file,
                     ng_tls_file *culprit, char *error, size_t error_size);

#pragma clang assume_nonnull end

#endif

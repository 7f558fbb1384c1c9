// A certificate and its private key, from their files. OpenSSL's own words for what is wrong with
// them ("PEM lib", "key values mismatch") help nobody who has put the wrong file there: what is in
// it is looked up then.

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ng_tls_private.h"

#pragma clang assume_nonnull begin

/// More than any chain has: of what stands behind so many PEM blocks nothing is said.
enum { BLOCK_COUNT_MAX = 64 };

/// What there is in a PEM file.
typedef struct {
  bool has_certificate;
  bool has_key;
  /// The first key that there is.
  bool has_passphrase;
} content;

static void add_block(content *found, const char *name, const char *header) {
  if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0 ||
      strcmp(name, PEM_STRING_X509_TRUSTED) == 0) {
    found->has_certificate = true;
  } else if (strstr(name, "PRIVATE KEY") != NULL && !found->has_key) {
    found->has_key = true;
    found->has_passphrase =
        strcmp(name, PEM_STRING_PKCS8) == 0 || strstr(header, "ENCRYPTED") != NULL;
  }
}

/// False when the file can't be opened, with the reason in `errno`.
static bool look_into(const char *path, content *found) {
  *found = (content){0};
  FILE *file = fopen(path, "re");
  if (file == NULL) return false;
  char *name = NULL;
  char *header = NULL;
  unsigned char *bytes = NULL;
  long size = 0;
  for (int count = 0;
       count < BLOCK_COUNT_MAX && PEM_read(file, &name, &header, &bytes, &size) == 1; count++) {
    add_block(found, name, header);
    OPENSSL_free(name);
    OPENSSL_free(header);
    // It may be the private key.
    OPENSSL_clear_free(bytes, (size_t)size);
  }
  fclose(file);
  return true;
}

/// OpenSSL's last word, which is taken out of its queue with all before it.
static const char *last_reason(void) {
  const char *reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == NULL ? "unknown error" : reason;
}

static void refuse_certificate(const char *path, char *error, size_t error_size) {
  static const char expected[] = "expected a PEM certificate and its chain";
  const char *reason = last_reason();
  content found;
  if (!look_into(path, &found)) {
    snprintf(error, error_size, "\"%s\" cannot be read: %s; %s", path, strerror(errno), expected);
  } else if (found.has_certificate) {
    snprintf(error, error_size, "\"%s\" cannot be used: %s; %s", path, reason, expected);
  } else {
    snprintf(error, error_size, "\"%s\" has %s in it; %s", path,
             found.has_key ? "a private key and no certificate" : "no certificate", expected);
  }
  ERR_clear_error();
}

static void refuse_key(const char *path, char *error, size_t error_size) {
  static const char expected[] = "expected a PEM private key";
  const char *reason = last_reason();
  content found;
  if (!look_into(path, &found)) {
    snprintf(error, error_size, "\"%s\" cannot be read: %s; %s", path, strerror(errno), expected);
  } else if (found.has_passphrase) {
    snprintf(error, error_size, "\"%s\" is encrypted with a passphrase; %s without one", path,
             expected);
  } else if (found.has_key) {
    snprintf(error, error_size, "\"%s\" cannot be used: %s; %s", path, reason, expected);
  } else {
    snprintf(error, error_size, "\"%s\" has %s in it; %s", path,
             found.has_certificate ? "a certificate and no private key" : "no private key",
             expected);
  }
  ERR_clear_error();
}

/// Without this OpenSSL would ask at the terminal.
static int give_no_passphrase(char *buffer, int size, int is_writing, void *_Nullable context) {
  (void)buffer;
  (void)size;
  (void)is_writing;
  (void)context;
  return -1;
}

/// NULL when there is none that can be read.
static EVP_PKEY *_Nullable read_key(const char *path) {
  FILE *file = fopen(path, "re");
  if (file == NULL) return NULL;
  EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, give_no_passphrase, NULL);
  fclose(file);
  return key;
}

int ng_tls_load_pair(SSL_CTX *context, const char *certificate_file, const char *private_key_file,
                     ng_tls_file *culprit, char *error, size_t error_size) {
  ERR_clear_error();
  *culprit = NG_TLS_FILE_CERTIFICATE;
  // A block of a certificate may be encrypted as well.
  SSL_CTX_set_default_passwd_cb(context, give_no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file) != 1) {
    refuse_certificate(certificate_file, error, error_size);
    return -1;
  }
  *culprit = NG_TLS_FILE_PRIVATE_KEY;
  EVP_PKEY *key = read_key(private_key_file);
  if (key == NULL) {
    refuse_key(private_key_file, error, error_size);
    return -1;
  }
  bool fits = X509_check_private_key(SSL_CTX_get0_certificate(context), key) == 1;
  bool is_used = fits && SSL_CTX_use_PrivateKey(context, key) == 1 &&
                 SSL_CTX_check_private_key(context) == 1;
  EVP_PKEY_free(key);
  if (!fits) {
    snprintf(error, error_size,
             "\"%s\" is not the key of the certificate in \"%s\"; expected the private key that it "
             "was made with",
             private_key_file, certificate_file);
    ERR_clear_error();
  } else if (!is_used) {
    refuse_key(private_key_file, error, error_size);
  }
  return is_used ? 0 : -1;
}

#pragma clang assume_nonnull end

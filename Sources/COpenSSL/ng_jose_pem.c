#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "ng_jose_private.h"

#pragma clang assume_nonnull begin

// The key in the DER bytes of a PEM block, or NULL and why there is none.
static EVP_PKEY *_Nullable key_in_block(
    const char *name, const unsigned char *bytes, long size, ng_jose_status *status) {
  const unsigned char *end = bytes;
  EVP_PKEY *pkey = NULL;
  *status = NG_JOSE_MALFORMED_KEY;
  if (strcmp(name, PEM_STRING_PUBLIC) == 0) {
    pkey = d2i_PUBKEY(NULL, &end, size);
  } else if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0) {
    X509 *certificate = d2i_X509(NULL, &end, size);
    if (certificate != NULL) pkey = X509_get_pubkey(certificate);
    X509_free(certificate);
  } else {
    *status = strstr(name, "PRIVATE KEY") != NULL ? NG_JOSE_PRIVATE_PEM : NG_JOSE_OTHER_PEM;
  }
  if (pkey != NULL && end != bytes + size) {
    EVP_PKEY_free(pkey);
    pkey = NULL;
  }
  return pkey;
}

// Whether another PEM block stands behind the one that was read.
static int has_block(BIO *text) {
  char *name = NULL;
  char *header = NULL;
  unsigned char *bytes = NULL;
  long size = 0;
  int is_found = PEM_read_bio(text, &name, &header, &bytes, &size);
  OPENSSL_free(name);
  OPENSSL_free(header);
  if (is_found == 1) OPENSSL_clear_free(bytes, (size_t)size);
  return is_found == 1;
}

static ng_jose_status read_pem(BIO *text, ng_jose_key *_Nullable *_Nonnull key) {
  char *name = NULL;
  char *header = NULL;
  unsigned char *bytes = NULL;
  long size = 0;
  if (PEM_read_bio(text, &name, &header, &bytes, &size) != 1) return NG_JOSE_NO_PEM;
  ng_jose_status status = NG_JOSE_MALFORMED_KEY;
  EVP_PKEY *pkey = key_in_block(name, bytes, size, &status);
  OPENSSL_free(name);
  OPENSSL_free(header);
  // It may be a private key that was given by mistake.
  OPENSSL_clear_free(bytes, (size_t)size);
  if (pkey == NULL) return status;
  if (has_block(text)) {
    EVP_PKEY_free(pkey);
    return NG_JOSE_SEVERAL_PEM;
  }
  return ng_jose_key_adopt(pkey, key);
}

ng_jose_status ng_jose_key_from_pem(
    const uint8_t *text, size_t size, ng_jose_key *_Nullable *_Nonnull key) {
  *key = NULL;
  if (size > NG_KEY_SIZE_MAX) return NG_JOSE_MALFORMED_KEY;
  ERR_set_mark();
  ng_jose_status status = NG_JOSE_FAILED;
  BIO *bio = BIO_new_mem_buf(text, (int)size);
  if (bio != NULL) status = read_pem(bio, key);
  BIO_free(bio);
  ERR_pop_to_mark();
  return status;
}

#pragma clang assume_nonnull end

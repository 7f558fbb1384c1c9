#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "ng_jose_private.h"

#pragma clang assume_nonnull begin

_Static_assert(NG_JOSE_HASH_SIZE_MAX == EVP_MAX_MD_SIZE, "HMAC() writes up to EVP_MAX_MD_SIZE");

// The DER form of an ECDSA signature on P-384 has at most 2 + 2 * (2 + 1 + 48) bytes.
#define NG_DER_SIGNATURE_SIZE_MAX 104
#define NG_ED25519_SIGNATURE_SIZE 64

static const EVP_MD *digest_of(ng_jose_hash hash) {
  switch (hash) {
  case NG_JOSE_SHA256: return EVP_sha256();
  case NG_JOSE_SHA384: return EVP_sha384();
  case NG_JOSE_SHA512: return EVP_sha512();
  }
  return EVP_sha256();
}

// Whether the key may be used with the scheme and hash, and the signature has the size that they
// give it. OpenSSL accepts RSA-PSS signatures without their leading zeros, against RFC 8017
// section 8.1.2, so sizes are looked at for every kind.
static int is_fitting(
    const ng_jose_private_key *key, ng_jose_scheme scheme, ng_jose_hash hash, size_t size) {
  ng_jose_key_type type = key->face.type;
  switch (scheme) {
  case NG_JOSE_PKCS1:
  case NG_JOSE_PSS:
    return type == NG_JOSE_RSA && size == (size_t)EVP_PKEY_get_size(key->pkey);
  case NG_JOSE_ECDSA:
    return ((type == NG_JOSE_P256 && hash == NG_JOSE_SHA256) ||
            (type == NG_JOSE_P384 && hash == NG_JOSE_SHA384)) &&
           size == 2 * ng_jose_coordinate_size(type);
  case NG_JOSE_EDDSA:
    return type == NG_JOSE_ED25519 && size == NG_ED25519_SIGNATURE_SIZE;
  }
  return 0;
}

static int set_pss(EVP_PKEY_CTX *context, const EVP_MD *digest) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

// Verifies a signature in the form that OpenSSL has for the scheme, with a context of this call's.
static ng_jose_status verify_native(
    const ng_jose_private_key *key, ng_jose_scheme scheme, ng_jose_hash hash,
    const uint8_t *message, size_t message_size, const uint8_t *signature, size_t size) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context == NULL) return NG_JOSE_FAILED;
  const EVP_MD *digest = scheme == NG_JOSE_EDDSA ? NULL : digest_of(hash);
  EVP_PKEY_CTX *key_context = NULL;
  ng_jose_status status = NG_JOSE_FAILED;
  if (EVP_DigestVerifyInit(context, &key_context, digest, NULL, key->pkey) == 1 &&
      (scheme != NG_JOSE_PSS || set_pss(key_context, digest))) {
    // 0 is a signature that does not match, below 0 one that is not even one.
    int is_genuine = EVP_DigestVerify(context, signature, size, message, message_size);
    status = is_genuine == 1 ? NG_JOSE_OK : NG_JOSE_BAD_SIGNATURE;
  }
  EVP_MD_CTX_free(context);
  return status;
}

// The DER form (RFC 3279 section 2.2.3) of r and s, `half` bytes each, into `der`, which has
// NG_DER_SIGNATURE_SIZE_MAX bytes. The size of it, or 0 when memory ran out.
static size_t encode_der(const uint8_t *signature, size_t half, uint8_t *der) {
  ECDSA_SIG *numbers = ECDSA_SIG_new();
  BIGNUM *r = BN_bin2bn(signature, (int)half, NULL);
  BIGNUM *s = BN_bin2bn(signature + half, (int)half, NULL);
  int size = 0;
  if (numbers != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(numbers, r, s) == 1) {
    r = NULL;
    s = NULL;
    uint8_t *end = der;
    size = i2d_ECDSA_SIG(numbers, &end);
  }
  BN_free(r);
  BN_free(s);
  ECDSA_SIG_free(numbers);
  return size > 0 ? (size_t)size : 0;
}

static ng_jose_status verify(
    const ng_jose_private_key *key, ng_jose_scheme scheme, ng_jose_hash hash,
    const uint8_t *message, size_t message_size, const uint8_t *signature, size_t size) {
  if (scheme != NG_JOSE_ECDSA)
    return verify_native(key, scheme, hash, message, message_size, signature, size);
  uint8_t der[NG_DER_SIGNATURE_SIZE_MAX];
  size_t der_size = encode_der(signature, size / 2, der);
  if (der_size == 0) return NG_JOSE_FAILED;
  return verify_native(key, scheme, hash, message, message_size, der, der_size);
}

ng_jose_status ng_jose_verify(
    const ng_jose_key *key, ng_jose_scheme scheme, ng_jose_hash hash,
    const uint8_t *message, size_t message_size,
    const uint8_t *signature, size_t signature_size) {
  const ng_jose_private_key *private_key = (const ng_jose_private_key *)key;
  if (!is_fitting(private_key, scheme, hash, signature_size)) return NG_JOSE_BAD_SIGNATURE;
  ERR_set_mark();
  ng_jose_status status =
      verify(private_key, scheme, hash, message, message_size, signature, signature_size);
  ERR_pop_to_mark();
  return status;
}

ng_jose_status ng_jose_hmac(
    ng_jose_hash hash, const uint8_t *secret, size_t secret_size,
    const uint8_t *message, size_t message_size, uint8_t *code, size_t *code_size) {
  if (secret_size > INT_MAX) return NG_JOSE_FAILED;
  unsigned int size = 0;
  ERR_set_mark();
  const unsigned char *result =
      HMAC(digest_of(hash), secret, (int)secret_size, message, message_size, code, &size);
  ERR_pop_to_mark();
  if (result == NULL) return NG_JOSE_FAILED;
  *code_size = size;
  return NG_JOSE_OK;
}

ng_jose_status ng_jose_sha256(const uint8_t *bytes, size_t size, uint8_t *digest) {
  ERR_set_mark();
  int is_done = EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL);
  ERR_pop_to_mark();
  return is_done == 1 ? NG_JOSE_OK : NG_JOSE_FAILED;
}

int ng_jose_equal(const uint8_t *left, const uint8_t *right, size_t size) {
  return CRYPTO_memcmp(left, right, size) == 0;
}

#pragma clang assume_nonnull end

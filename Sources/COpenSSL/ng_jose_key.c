#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <string.h>

#include "ng_jose_private.h"

#pragma clang assume_nonnull begin

// RFC 7518 sections 3.3 and 3.5 ask for 2048 bits. The upper bound keeps the work of one
// verification small: OpenSSL's own is 16384 bits, at 30 times the cost of 2048.
#define NG_RSA_BITS_MIN 2048
#define NG_RSA_BITS_MAX 8192

// OpenSSL's own bound for a modulus of more than 3072 bits; a large exponent is nothing but work.
#define NG_RSA_EXPONENT_BITS_MAX 64

#define NG_COORDINATE_SIZE_MAX 48
#define NG_ED25519_KEY_SIZE 32

size_t ng_jose_coordinate_size(ng_jose_key_type type) {
  switch (type) {
  case NG_JOSE_P256: return 32;
  case NG_JOSE_P384: return 48;
  case NG_JOSE_RSA:
  case NG_JOSE_ED25519: return 0;
  }
  return 0;
}

static ng_jose_status check_rsa_numbers(const BIGNUM *modulus, const BIGNUM *exponent) {
  int bits = BN_num_bits(modulus);
  if (bits < NG_RSA_BITS_MIN || bits > NG_RSA_BITS_MAX || !BN_is_odd(modulus))
    return NG_JOSE_RSA_MODULUS;
  if (!BN_is_odd(exponent) || BN_is_one(exponent) ||
      BN_num_bits(exponent) > NG_RSA_EXPONENT_BITS_MAX)
    return NG_JOSE_RSA_EXPONENT;
  return NG_JOSE_OK;
}

static ng_jose_status check_rsa(const EVP_PKEY *pkey) {
  BIGNUM *modulus = NULL;
  BIGNUM *exponent = NULL;
  ng_jose_status status = NG_JOSE_FAILED;
  if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1 &&
      EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1)
    status = check_rsa_numbers(modulus, exponent);
  BN_free(modulus);
  BN_free(exponent);
  return status;
}

// That the point is on the curve, is not infinity and has the curve's order.
static ng_jose_status check_point(EVP_PKEY *pkey) {
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
  if (context == NULL) return NG_JOSE_FAILED;
  int is_valid = EVP_PKEY_public_check(context);
  EVP_PKEY_CTX_free(context);
  return is_valid == 1 ? NG_JOSE_OK : NG_JOSE_POINT_OFF_CURVE;
}

static ng_jose_status check_ec(EVP_PKEY *pkey, ng_jose_key_type *type) {
  // A curve spelled out by its parameters can be made to fit a forged key (CVE-2020-0601), even
  // where OpenSSL recognises a curve in them: only names are accepted.
  int is_explicit = 0;
  if (EVP_PKEY_get_int_param(
          pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit) == 1 &&
      is_explicit != 0)
    return NG_JOSE_OTHER_CURVE;
  char name[32];
  size_t size = 0;
  if (EVP_PKEY_get_group_name(pkey, name, sizeof name, &size) != 1) return NG_JOSE_OTHER_CURVE;
  if (strcmp(name, SN_X9_62_prime256v1) == 0) {
    *type = NG_JOSE_P256;
  } else if (strcmp(name, SN_secp384r1) == 0) {
    *type = NG_JOSE_P384;
  } else {
    return NG_JOSE_OTHER_CURVE;
  }
  return check_point(pkey);
}

// The y of every point of order 1, 2, 4 or 8, smaller than the field's prime and, where it fits
// into 255 bits, with the prime added, which OpenSSL decodes as well. Little-endian; the top bit is
// the sign of x.
static const uint8_t small_order[][NG_ED25519_KEY_SIZE] = {
    {0x00},
    {0x01},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

static ng_jose_status check_ed25519(const EVP_PKEY *pkey) {
  uint8_t y[NG_ED25519_KEY_SIZE];
  size_t size = sizeof y;
  if (EVP_PKEY_get_raw_public_key(pkey, y, &size) != 1 || size != sizeof y) return NG_JOSE_FAILED;
  y[NG_ED25519_KEY_SIZE - 1] &= 0x7f;
  for (size_t index = 0; index < sizeof small_order / sizeof small_order[0]; index++) {
    if (memcmp(y, small_order[index], sizeof y) == 0) return NG_JOSE_SMALL_ORDER;
  }
  return NG_JOSE_OK;
}

static ng_jose_status check_key(EVP_PKEY *pkey, ng_jose_key_type *type) {
  if (EVP_PKEY_is_a(pkey, "RSA")) {
    *type = NG_JOSE_RSA;
    return check_rsa(pkey);
  }
  if (EVP_PKEY_is_a(pkey, "EC")) return check_ec(pkey, type);
  if (EVP_PKEY_is_a(pkey, "ED25519")) {
    *type = NG_JOSE_ED25519;
    return check_ed25519(pkey);
  }
  return NG_JOSE_OTHER_KEY_TYPE;
}

ng_jose_status ng_jose_key_adopt(EVP_PKEY *pkey, ng_jose_key *_Nullable *_Nonnull key) {
  ng_jose_key_type type = NG_JOSE_RSA;
  ng_jose_status status = check_key(pkey, &type);
  ng_jose_private_key *made = NULL;
  if (status == NG_JOSE_OK) {
    made = OPENSSL_malloc(sizeof *made);
    if (made == NULL) status = NG_JOSE_FAILED;
  }
  if (made == NULL) {
    EVP_PKEY_free(pkey);
    return status;
  }
  made->face.type = type;
  made->pkey = pkey;
  *key = &made->face;
  return NG_JOSE_OK;
}

void ng_jose_key_free(ng_jose_key *key) {
  ng_jose_private_key *private_key = (ng_jose_private_key *)key;
  EVP_PKEY_free(private_key->pkey);
  OPENSSL_free(private_key);
}

// Makes a public key of the kind `name` out of its parameters; NULL when OpenSSL finds them wrong.
static EVP_PKEY *_Nullable key_of_parameters(const char *name, OSSL_PARAM_BLD *builder) {
  OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, name, NULL);
  EVP_PKEY *pkey = NULL;
  if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
    pkey = NULL;
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  return pkey;
}

static ng_jose_status rsa_of_numbers(
    const BIGNUM *modulus, const BIGNUM *exponent, ng_jose_key *_Nullable *_Nonnull key) {
  ng_jose_status status = check_rsa_numbers(modulus, exponent);
  if (status != NG_JOSE_OK) return status;
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  EVP_PKEY *pkey = NULL;
  status = NG_JOSE_FAILED;
  if (builder != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
      OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
    status = NG_JOSE_MALFORMED_KEY;
    pkey = key_of_parameters("RSA", builder);
  }
  OSSL_PARAM_BLD_free(builder);
  return pkey != NULL ? ng_jose_key_adopt(pkey, key) : status;
}

ng_jose_status ng_jose_key_from_rsa(
    const uint8_t *modulus, size_t modulus_size, const uint8_t *exponent, size_t exponent_size,
    ng_jose_key *_Nullable *_Nonnull key) {
  *key = NULL;
  if (modulus_size > NG_KEY_SIZE_MAX) return NG_JOSE_RSA_MODULUS;
  if (exponent_size > NG_KEY_SIZE_MAX) return NG_JOSE_RSA_EXPONENT;
  ERR_set_mark();
  BIGNUM *n = BN_bin2bn(modulus, (int)modulus_size, NULL);
  BIGNUM *e = BN_bin2bn(exponent, (int)exponent_size, NULL);
  ng_jose_status status = n != NULL && e != NULL ? rsa_of_numbers(n, e, key) : NG_JOSE_FAILED;
  BN_free(n);
  BN_free(e);
  ERR_pop_to_mark();
  return status;
}

ng_jose_status ng_jose_key_from_ec(
    ng_jose_key_type type, const uint8_t *x, size_t x_size, const uint8_t *y, size_t y_size,
    ng_jose_key *_Nullable *_Nonnull key) {
  *key = NULL;
  size_t size = ng_jose_coordinate_size(type);
  if (size == 0) return NG_JOSE_OTHER_CURVE;
  if (x_size != size || y_size != size) return NG_JOSE_MALFORMED_KEY;
  // The uncompressed form of SEC 1 section 2.3.3.
  unsigned char point[1 + 2 * NG_COORDINATE_SIZE_MAX] = {POINT_CONVERSION_UNCOMPRESSED};
  memcpy(point + 1, x, size);
  memcpy(point + 1 + size, y, size);
  const char *curve = type == NG_JOSE_P256 ? SN_X9_62_prime256v1 : SN_secp384r1;
  ERR_set_mark();
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  EVP_PKEY *pkey = NULL;
  ng_jose_status status = NG_JOSE_FAILED;
  if (builder != NULL &&
      OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(
          builder, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * size) == 1) {
    status = NG_JOSE_POINT_OFF_CURVE;
    pkey = key_of_parameters("EC", builder);
  }
  OSSL_PARAM_BLD_free(builder);
  if (pkey != NULL) status = ng_jose_key_adopt(pkey, key);
  ERR_pop_to_mark();
  return status;
}

ng_jose_status ng_jose_key_from_ed25519(
    const uint8_t *x, size_t size, ng_jose_key *_Nullable *_Nonnull key) {
  *key = NULL;
  if (size != NG_ED25519_KEY_SIZE) return NG_JOSE_MALFORMED_KEY;
  ERR_set_mark();
  EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x, size);
  ng_jose_status status = pkey != NULL ? ng_jose_key_adopt(pkey, key) : NG_JOSE_FAILED;
  ERR_pop_to_mark();
  return status;
}

#pragma clang assume_nonnull end

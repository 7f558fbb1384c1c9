#ifndef NG_JOSE_H
#define NG_JOSE_H

// The cryptography of JSON Web Tokens, on OpenSSL's EVP interface.
//
// Why a shim: EVP is made of macros, variadic parameter lists and untyped contexts, and it accepts
// more than JOSE does (keys of any size, short RSA-PSS signatures, DER in place of r and s). What
// stands here takes exactly what RFC 7515, 7517, 7518 and 8037 name, and decides nothing else.
//
// All functions: may be called on any thread, and by several at once; keep no argument but the key
// that they return; never call back; leave OpenSSL's per-thread error queue as they found it, since
// a stray entry there would make the next SSL_get_error of that thread report a broken connection.
// A pointer may be to no bytes at all where its size is 0.

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

#define NG_CLOSED_ENUM __attribute__((enum_extensibility(closed)))

/// How a call ended.
typedef enum NG_CLOSED_ENUM ng_jose_status {
  /// Done; the signature is genuine; the key is usable.
  NG_JOSE_OK __attribute__((swift_name("ok"))) = 0,
  /// The signature is not this key's over this message.
  NG_JOSE_BAD_SIGNATURE __attribute__((swift_name("badSignature"))),
  /// OpenSSL could not do it: out of memory, or without a provider that has the algorithm.
  NG_JOSE_FAILED __attribute__((swift_name("failed"))),
  /// There is no PEM block in the text.
  NG_JOSE_NO_PEM __attribute__((swift_name("noPEM"))),
  /// A PEM block of another kind than PUBLIC KEY or CERTIFICATE.
  NG_JOSE_OTHER_PEM __attribute__((swift_name("otherPEM"))),
  /// A PEM block with a private key.
  NG_JOSE_PRIVATE_PEM __attribute__((swift_name("privatePEM"))),
  /// More than one PEM block, so that it is not clear which key is meant.
  NG_JOSE_SEVERAL_PEM __attribute__((swift_name("severalPEM"))),
  /// The key's encoding is broken.
  NG_JOSE_MALFORMED_KEY __attribute__((swift_name("malformedKey"))),
  /// Neither RSA, nor EC, nor Ed25519.
  NG_JOSE_OTHER_KEY_TYPE __attribute__((swift_name("otherKeyType"))),
  /// An EC key on another curve than P-256 and P-384, or with parameters in place of a name.
  NG_JOSE_OTHER_CURVE __attribute__((swift_name("otherCurve"))),
  /// The EC point is not on its curve.
  NG_JOSE_POINT_OFF_CURVE __attribute__((swift_name("pointOffCurve"))),
  /// The Ed25519 point has an order of 8 or less: anybody can sign for such a key.
  NG_JOSE_SMALL_ORDER __attribute__((swift_name("smallOrder"))),
  /// The RSA modulus has fewer than 2048 or more than 8192 bits, or is even.
  NG_JOSE_RSA_MODULUS __attribute__((swift_name("rsaModulus"))),
  /// The RSA exponent is even, 1, or has more than 64 bits.
  NG_JOSE_RSA_EXPONENT __attribute__((swift_name("rsaExponent"))),
} ng_jose_status;

/// What a public key is for. RFC 7518 section 6.1, RFC 8037 section 2.
typedef enum NG_CLOSED_ENUM ng_jose_key_type {
  NG_JOSE_RSA __attribute__((swift_name("rsa"))) = 0,
  NG_JOSE_P256 __attribute__((swift_name("p256"))),
  NG_JOSE_P384 __attribute__((swift_name("p384"))),
  NG_JOSE_ED25519 __attribute__((swift_name("ed25519"))),
} ng_jose_key_type;

/// How a public key signs. RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1.
typedef enum NG_CLOSED_ENUM ng_jose_scheme {
  /// RSASSA-PKCS1-v1_5.
  NG_JOSE_PKCS1 __attribute__((swift_name("pkcs1"))) = 0,
  /// RSASSA-PSS with MGF1 of the same hash and a salt as long as it.
  NG_JOSE_PSS __attribute__((swift_name("pss"))),
  /// ECDSA, the signature r and s in the fixed size of the curve: SHA-256 with P-256, SHA-384 with
  /// P-384, nothing else.
  NG_JOSE_ECDSA __attribute__((swift_name("ecdsa"))),
  /// Ed25519, which has its own hash: the argument is not looked at.
  NG_JOSE_EDDSA __attribute__((swift_name("edDSA"))),
} ng_jose_scheme;

typedef enum NG_CLOSED_ENUM ng_jose_hash {
  NG_JOSE_SHA256 __attribute__((swift_name("sha256"))) = 0,
  NG_JOSE_SHA384 __attribute__((swift_name("sha384"))),
  NG_JOSE_SHA512 __attribute__((swift_name("sha512"))),
} ng_jose_hash;

/// The most bytes that a hash has.
#define NG_JOSE_HASH_SIZE_MAX 64

/// A public key that passed all checks of its kind. It never changes, so any number of threads may
/// verify with it at once (openssl-threads(7): concurrent reading of one EVP_PKEY).
/// Owned by whoever got it from one of the functions below, until `ng_jose_key_free`.
typedef struct ng_jose_key {
  ng_jose_key_type type;
} ng_jose_key;

/// Reads the one PEM block in `text`, a SubjectPublicKeyInfo ("PUBLIC KEY") or an X.509
/// certificate, of which only the key is taken: neither its validity nor its issuer is looked at.
/// On NG_JOSE_OK `*key` is the caller's; else it is NULL.
/// Errors: all but NG_JOSE_BAD_SIGNATURE.
ng_jose_status ng_jose_key_from_pem(
    const uint8_t *text, size_t size, ng_jose_key *_Nullable *_Nonnull key);

/// Makes a key of modulus and exponent, big-endian, leading zeros allowed. RFC 7518 section 6.3.1.
/// On NG_JOSE_OK `*key` is the caller's; else it is NULL.
/// Errors: FAILED, MALFORMED_KEY, RSA_MODULUS, RSA_EXPONENT.
ng_jose_status ng_jose_key_from_rsa(
    const uint8_t *modulus, size_t modulus_size, const uint8_t *exponent, size_t exponent_size,
    ng_jose_key *_Nullable *_Nonnull key);

/// Makes a key of the point (x, y) on the curve of `type`, NG_JOSE_P256 or NG_JOSE_P384, each
/// coordinate in exactly the size of the curve's field. RFC 7518 section 6.2.1.
/// On NG_JOSE_OK `*key` is the caller's; else it is NULL.
/// Errors: FAILED, MALFORMED_KEY (a wrong size), OTHER_CURVE, POINT_OFF_CURVE.
ng_jose_status ng_jose_key_from_ec(
    ng_jose_key_type type, const uint8_t *x, size_t x_size, const uint8_t *y, size_t y_size,
    ng_jose_key *_Nullable *_Nonnull key);

/// Makes an Ed25519 key of its 32 bytes. RFC 8037 section 2.
/// On NG_JOSE_OK `*key` is the caller's; else it is NULL.
/// Errors: FAILED, MALFORMED_KEY (a wrong size), SMALL_ORDER.
ng_jose_status ng_jose_key_from_ed25519(
    const uint8_t *x, size_t size, ng_jose_key *_Nullable *_Nonnull key);

/// Ends the life of a key; nobody may be using it any more.
void ng_jose_key_free(ng_jose_key *key);

/// Says whether `signature`, in the form of JOSE, is `key`'s over `message`.
/// Errors: BAD_SIGNATURE, also for a scheme or hash that does not fit the key and for a signature
/// of another size than the key's; FAILED when OpenSSL could not tell.
ng_jose_status ng_jose_verify(
    const ng_jose_key *key, ng_jose_scheme scheme, ng_jose_hash hash,
    const uint8_t *message, size_t message_size,
    const uint8_t *signature, size_t signature_size);

/// HMAC of `message` (RFC 2104, RFC 7518 section 3.2) into `code`, which has room for
/// NG_JOSE_HASH_SIZE_MAX bytes; `*code_size` says how many were written.
/// Errors: FAILED, and nothing is written.
ng_jose_status ng_jose_hmac(
    ng_jose_hash hash, const uint8_t *secret, size_t secret_size,
    const uint8_t *message, size_t message_size, uint8_t *code, size_t *code_size);

/// SHA-256 of `bytes` into `digest`, which has room for 32 bytes.
/// Errors: FAILED, and nothing is written.
ng_jose_status ng_jose_sha256(const uint8_t *bytes, size_t size, uint8_t *digest);

/// 1 when the `size` bytes at `left` and `right` are the same, else 0, in a time that tells nothing
/// about where they differ. No errors.
int ng_jose_equal(const uint8_t *left, const uint8_t *right, size_t size);

#pragma clang assume_nonnull end

#endif

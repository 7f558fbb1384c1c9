#ifndef NG_JOSE_PRIVATE_H
#define NG_JOSE_PRIVATE_H

// What the parts of the JOSE shim, keys and signatures, know of each other.

#include <openssl/evp.h>

#include "ng_jose.h"

#pragma clang assume_nonnull begin

/// More bytes than any key or certificate has; below INT_MAX, which OpenSSL counts with.
#define NG_KEY_SIZE_MAX ((size_t)1 << 20)

/// A key with what the header hides; `face` is first, so that a pointer to it is one to this.
typedef struct ng_jose_private_key {
  ng_jose_key face;
  EVP_PKEY *pkey;
} ng_jose_private_key;

_Static_assert(offsetof(ng_jose_private_key, face) == 0, "face must be the first member");

/// The bytes of one coordinate of an EC key's point, which are those of r and of s as well: 32 or
/// 48; 0 for a key of another type. Any thread; no errors.
size_t ng_jose_coordinate_size(ng_jose_key_type type);

/// Takes `pkey` and checks it: on NG_JOSE_OK it is part of `*key`, which is the caller's; else it
/// is freed. Any thread; errors: those of `ng_jose_key_from_pem` that tell of a key.
ng_jose_status ng_jose_key_adopt(EVP_PKEY *pkey, ng_jose_key *_Nullable *_Nonnull key);

#pragma clang assume_nonnull end

#endif

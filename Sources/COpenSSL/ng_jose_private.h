#ifndef NG_JOSE_PRIVATE_H
#define NG_JOSE_PRIVATE_H

// What the two halves of the JOSE shim, keys and signatures, know of each other.

#include <openssl/evp.h>

#include "ng_jose.h"

#pragma clang assume_nonnull begin

/// A key with what the header hides; `face` is first, so that a pointer to it is one to this.
typedef struct ng_jose_private_key {
  ng_jose_key face;
  EVP_PKEY *pkey;
} ng_jose_private_key;

_Static_assert(offsetof(ng_jose_private_key, face) == 0, "face must be the first member");

/// The bytes of one coordinate of an EC key's point, which are those of r and of s as well: 32 or
/// 48; 0 for a key of another type. Any thread; no errors.
size_t ng_jose_coordinate_size(ng_jose_key_type type);

#pragma clang assume_nonnull end

#endif

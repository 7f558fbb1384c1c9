/// What certificates say of themselves, for those who put them in place.
///
/// Why a shim: OpenSSL's readers leave their errors in a queue, and its times are texts.
#ifndef NG_CERTIFICATE_H
#define NG_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// One certificate of a text. Times are seconds since 1970, UTC.
typedef struct ng_certificate {
  int64_t not_before;
  int64_t not_after;
  /// Whether the one behind it in the text has signed it; 0 for the last.
  int is_signed_by_next;
} ng_certificate;

/// Reads the certificates of a PEM text, other things in it left out. Returns how many there are,
/// of which the first `count_max` are in `certificates`; -1 when one of them can't be read.
/// Thread: any.
int ng_certificates_read(const uint8_t *pem, size_t size, ng_certificate *certificates,
                         int count_max);

#pragma clang assume_nonnull end

#endif

/// Takes content codings off bodies, piece by piece: zlib, brotli and zstd behind one narrow face.
///
/// Why a shim: these are three ideas of a stream, whose set-up is partly macros; and what bounds
/// the memory that one stream can ask for belongs to one place.
///
/// Thread: one decoder on one thread at a time. Nothing calls back. Allocation failure aborts the
/// process, as it does in Swift, but for a library's own in the middle of a stream, which is
/// NG_DECODER_FAILED.
#ifndef NG_DECODER_H
#define NG_DECODER_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef enum __attribute__((enum_extensibility(closed))) ng_content_coding {
  /// RFC 1952: one member or several. Window: 32 KiB.
  NG_CODING_GZIP = 0,
  /// RFC 1950, or RFC 1951 alone, as some servers send it. Window: 32 KiB.
  NG_CODING_DEFLATE = 1,
  /// RFC 7932 without "large window" streams. Window: up to 16 MiB, as far as there is output.
  NG_CODING_BROTLI = 2,
  /// RFC 8878: one frame or several. Window: up to 8 MiB; a larger one is refused (RFC 9659).
  NG_CODING_ZSTD = 3,
} ng_content_coding;

/// One body on its way.
typedef struct ng_decoder {
  ng_content_coding coding;
} ng_decoder;

/// The caller's, until `ng_decoder_free`.
ng_decoder *ng_decoder_new(ng_content_coding coding);
void ng_decoder_free(ng_decoder *decoder);

typedef enum __attribute__((enum_extensibility(closed))) ng_decoder_step {
  /// All of the input was taken, and all that it says was written.
  NG_DECODER_TAKEN = 0,
  /// There is no room for more output: to be called again with the rest of the input, which may be
  /// empty.
  NG_DECODER_FULL = 1,
  /// This is no such coding, something follows its end, or it asks for more memory than it may.
  /// Nothing more is to be fed.
  NG_DECODER_FAILED = 2,
} ng_decoder_step;

/// Decodes the next `size` bytes, 0 and up, to at most `capacity` bytes, 1 and up. Both buffers are
/// borrowed for the call. `taken` and `written` are set, whatever the step; what was written before
/// a failure is the beginning of the body.
ng_decoder_step ng_decoder_feed(
    ng_decoder *decoder, const uint8_t *input, size_t size, size_t *taken, uint8_t *output,
    size_t capacity, size_t *written);

/// Whether what was fed so far is a whole body, and all of it was written.
int ng_decoder_is_whole(const ng_decoder *decoder);

#pragma clang assume_nonnull end

#endif

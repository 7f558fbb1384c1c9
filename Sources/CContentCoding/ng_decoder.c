#include "ng_decoder.h"

#include <brotli/decode.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#pragma clang assume_nonnull begin

// zlib's: the window of 32 KiB, with a header of gzip, with one of zlib, and without any.
#define NG_WINDOW_BITS_GZIP (MAX_WBITS + 16)
#define NG_WINDOW_BITS_ZLIB MAX_WBITS
#define NG_WINDOW_BITS_RAW (-MAX_WBITS)

// RFC 9659: what content coded with zstd may ask for.
#define NG_ZSTD_WINDOW_LOG_MAX 23

// By its first bytes `deflate` is told from `deflate` without a header.
#define NG_ZLIB_HEADER_SIZE 2

typedef struct ng_private_decoder {
  ng_decoder face;
  // The stream has come to its end; for gzip and zstd another may follow.
  int is_whole;
  z_stream zlib;
  // zlib's window is chosen; for `deflate` not before its first bytes are there.
  int has_zlib;
  uint8_t header[NG_ZLIB_HEADER_SIZE];
  size_t header_size;
  BrotliDecoderState *_Nullable brotli;
  ZSTD_DStream *_Nullable zstd;
} ng_private_decoder;

_Static_assert(offsetof(ng_private_decoder, face) == 0, "a face is where its decoder is");

// The input and the output of one call.
typedef struct ng_pieces {
  const uint8_t *input;
  size_t input_size;
  uint8_t *output;
  size_t output_size;
} ng_pieces;

static void start_zlib(ng_private_decoder *decoder, int window_bits) {
  if (inflateInit2(&decoder->zlib, window_bits) != Z_OK) abort();
  decoder->has_zlib = 1;
}

static void start_brotli(ng_private_decoder *decoder) {
  decoder->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
  if (decoder->brotli == NULL) abort();
  BrotliDecoderSetParameter(decoder->brotli, BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
}

static void start_zstd(ng_private_decoder *decoder) {
  decoder->zstd = ZSTD_createDStream();
  if (decoder->zstd == NULL) abort();
  size_t result =
      ZSTD_DCtx_setParameter(decoder->zstd, ZSTD_d_windowLogMax, NG_ZSTD_WINDOW_LOG_MAX);
  if (ZSTD_isError(result)) abort();
}

ng_decoder *ng_decoder_new(ng_content_coding coding) {
  ng_private_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) abort();
  decoder->face.coding = coding;
  switch (coding) {
  case NG_CODING_GZIP: start_zlib(decoder, NG_WINDOW_BITS_GZIP); break;
  case NG_CODING_DEFLATE: break;
  case NG_CODING_BROTLI: start_brotli(decoder); break;
  case NG_CODING_ZSTD: start_zstd(decoder); break;
  }
  return &decoder->face;
}

void ng_decoder_free(ng_decoder *face) {
  ng_private_decoder *decoder = (ng_private_decoder *)face;
  if (decoder->has_zlib) inflateEnd(&decoder->zlib);
  if (decoder->brotli != NULL) BrotliDecoderDestroyInstance(decoder->brotli);
  if (decoder->zstd != NULL) ZSTD_freeDStream(decoder->zstd);
  free(decoder);
}

// Moves on by what zlib takes and writes. Returns its verdict.
static int inflate_some(ng_private_decoder *decoder, ng_pieces *pieces) {
  z_stream *zlib = &decoder->zlib;
  uInt input_size = pieces->input_size > UINT_MAX ? UINT_MAX : (uInt)pieces->input_size;
  uInt output_size = pieces->output_size > UINT_MAX ? UINT_MAX : (uInt)pieces->output_size;
  // zlib reads its input only, but says so with ZLIB_CONST alone.
  zlib->next_in = (Bytef *)pieces->input;
  zlib->avail_in = input_size;
  zlib->next_out = pieces->output;
  zlib->avail_out = output_size;
  int result = inflate(zlib, Z_NO_FLUSH);
  pieces->input += input_size - zlib->avail_in;
  pieces->input_size -= input_size - zlib->avail_in;
  pieces->output += output_size - zlib->avail_out;
  pieces->output_size -= output_size - zlib->avail_out;
  return result;
}

static ng_decoder_step inflate_all(ng_private_decoder *decoder, ng_pieces *pieces) {
  for (;;) {
    if (decoder->is_whole) {
      if (pieces->input_size == 0) return NG_DECODER_TAKEN;
      // Only gzip has members, each of them a stream of its own.
      if (decoder->face.coding != NG_CODING_GZIP) return NG_DECODER_FAILED;
      if (inflateReset(&decoder->zlib) != Z_OK) return NG_DECODER_FAILED;
      decoder->is_whole = 0;
    }
    switch (inflate_some(decoder, pieces)) {
    case Z_STREAM_END: decoder->is_whole = 1; break;
    case Z_OK:
    case Z_BUF_ERROR:
      // zlib may have more to write, which it does not say.
      if (pieces->output_size == 0) return NG_DECODER_FULL;
      if (pieces->input_size == 0) return NG_DECODER_TAKEN;
      break;
    default: return NG_DECODER_FAILED;
    }
  }
}

// Source: RFC 1950 section 2.2. A raw stream begins so only if it sets bits that mean nothing.
static int is_zlib_header(const uint8_t header[NG_ZLIB_HEADER_SIZE]) {
  return (header[0] & 0x0f) == Z_DEFLATED && (header[0] >> 4) <= MAX_WBITS - 8 &&
         (header[0] * 256 + header[1]) % 31 == 0;
}

static ng_decoder_step feed_deflate(ng_private_decoder *decoder, ng_pieces *pieces) {
  if (!decoder->has_zlib) {
    while (decoder->header_size < NG_ZLIB_HEADER_SIZE && pieces->input_size > 0) {
      decoder->header[decoder->header_size++] = *pieces->input++;
      pieces->input_size -= 1;
    }
    if (decoder->header_size < NG_ZLIB_HEADER_SIZE) return NG_DECODER_TAKEN;
    start_zlib(
        decoder, is_zlib_header(decoder->header) ? NG_WINDOW_BITS_ZLIB : NG_WINDOW_BITS_RAW);
  }
  if (decoder->header_size > 0) {
    const uint8_t *start = decoder->header + NG_ZLIB_HEADER_SIZE - decoder->header_size;
    ng_pieces first = {start, decoder->header_size, pieces->output, pieces->output_size};
    ng_decoder_step step = inflate_all(decoder, &first);
    decoder->header_size = first.input_size;
    pieces->output = first.output;
    pieces->output_size = first.output_size;
    if (step != NG_DECODER_TAKEN) return step;
  }
  return inflate_all(decoder, pieces);
}

static ng_decoder_step feed_brotli(ng_private_decoder *decoder, ng_pieces *pieces) {
  if (decoder->is_whole) {
    return pieces->input_size == 0 ? NG_DECODER_TAKEN : NG_DECODER_FAILED;
  }
  switch (BrotliDecoderDecompressStream(
      decoder->brotli, &pieces->input_size, &pieces->input, &pieces->output_size,
      &pieces->output, NULL)) {
  case BROTLI_DECODER_RESULT_ERROR: return NG_DECODER_FAILED;
  case BROTLI_DECODER_RESULT_SUCCESS:
    decoder->is_whole = 1;
    return pieces->input_size == 0 ? NG_DECODER_TAKEN : NG_DECODER_FAILED;
  case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT: return NG_DECODER_TAKEN;
  case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: return NG_DECODER_FULL;
  }
  return NG_DECODER_FAILED;
}

static ng_decoder_step feed_zstd(ng_private_decoder *decoder, ng_pieces *pieces) {
  // Between frames an empty piece is the end of the last one, not the beginning of the next.
  while (pieces->input_size > 0 || !decoder->is_whole) {
    ZSTD_inBuffer in = {pieces->input, pieces->input_size, 0};
    ZSTD_outBuffer out = {pieces->output, pieces->output_size, 0};
    size_t result = ZSTD_decompressStream(decoder->zstd, &out, &in);
    pieces->input += in.pos;
    pieces->input_size -= in.pos;
    pieces->output += out.pos;
    pieces->output_size -= out.pos;
    if (ZSTD_isError(result)) return NG_DECODER_FAILED;
    decoder->is_whole = result == 0;
    if (!decoder->is_whole && pieces->output_size == 0) return NG_DECODER_FULL;
    if (!decoder->is_whole && pieces->input_size == 0) return NG_DECODER_TAKEN;
  }
  return NG_DECODER_TAKEN;
}

ng_decoder_step ng_decoder_feed(
    ng_decoder *face, const uint8_t *input, size_t size, size_t *taken, uint8_t *output,
    size_t capacity, size_t *written) {
  ng_private_decoder *decoder = (ng_private_decoder *)face;
  ng_pieces pieces = {input, size, output, capacity};
  ng_decoder_step step = NG_DECODER_FAILED;
  switch (face->coding) {
  case NG_CODING_GZIP: step = inflate_all(decoder, &pieces); break;
  case NG_CODING_DEFLATE: step = feed_deflate(decoder, &pieces); break;
  case NG_CODING_BROTLI: step = feed_brotli(decoder, &pieces); break;
  case NG_CODING_ZSTD: step = feed_zstd(decoder, &pieces); break;
  }
  *taken = size - pieces.input_size;
  *written = capacity - pieces.output_size;
  return step;
}

int ng_decoder_is_whole(const ng_decoder *face) {
  return ((const ng_private_decoder *)face)->is_whole;
}

#pragma clang assume_nonnull end

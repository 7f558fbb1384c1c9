/// UTF-8 as it arrives, in pieces that may end within a character.
///
/// Why not libwebsockets' own check: it takes the payload of a pong for a part of the text (4.1.6,
/// ops-ws.c:661 looks at `check_utf8`, which the last text frame has set). So a pong that is not
/// UTF-8 ends the connection, and so does any pong between two fragments that share a character,
/// be it the answer to our own ping.
#ifndef NG_UTF8_H
#define NG_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// All zero at the start of a text.
typedef struct ng_utf8 {
  /// How many bytes the character that has begun lacks, 0 between characters.
  uint8_t missing;
  /// The bounds of the next of them.
  uint8_t low;
  uint8_t high;
} ng_utf8;

/// Whether the text can still be UTF-8 with these bytes at its end. It is, at its end, if this was
/// true for all of it and nothing is missing. Not to be called again once it was false.
bool ng_utf8_continue(ng_utf8 *state, const uint8_t *bytes, size_t size);

#pragma clang assume_nonnull end

#endif

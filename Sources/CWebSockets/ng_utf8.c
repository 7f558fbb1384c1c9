#include "ng_utf8.h"

#include <string.h>

/// How many of the bytes, from the first on, are ASCII for sure.
static size_t ascii_prefix(const uint8_t *bytes, size_t size) {
  size_t index = 0;
  while (size - index >= sizeof(uint64_t)) {
    uint64_t word;
    memcpy(&word, bytes + index, sizeof word);
    if ((word & 0x8080808080808080) != 0) {
      break;
    }
    index += sizeof word;
  }
  return index;
}

/// A byte that begins a character of several: how many follow, and between which bounds the next
/// one lies. Source: Unicode 15, table 3-7. False for a byte that begins none.
static bool begin(ng_utf8 *state, uint8_t byte) {
  state->low = 0x80;
  state->high = 0xbf;
  if (byte >= 0xc2 && byte <= 0xdf) {
    state->missing = 1;
  } else if (byte >= 0xe0 && byte <= 0xef) {
    state->missing = 2;
    // Else it would be longer than it need be, or a surrogate.
    state->low = byte == 0xe0 ? 0xa0 : 0x80;
    state->high = byte == 0xed ? 0x9f : 0xbf;
  } else if (byte >= 0xf0 && byte <= 0xf4) {
    state->missing = 3;
    // Else it would be longer than it need be, or beyond U+10FFFF.
    state->low = byte == 0xf0 ? 0x90 : 0x80;
    state->high = byte == 0xf4 ? 0x8f : 0xbf;
  } else {
    return false;
  }
  return true;
}

bool ng_utf8_continue(ng_utf8 *state, const uint8_t *bytes, size_t size) {
  size_t index = 0;
  while (index < size) {
    if (state->missing == 0 && bytes[index] < 0x80) {
      index += ascii_prefix(bytes + index, size - index);
      if (index == size) {
        break;
      }
    }
    uint8_t byte = bytes[index++];
    if (state->missing > 0) {
      if (byte < state->low || byte > state->high) {
        return false;
      }
      state->missing--;
      state->low = 0x80;
      state->high = 0xbf;
    } else if (byte >= 0x80 && !begin(state, byte)) {
      return false;
    }
  }
  return true;
}

#include <string.h>

#include "ng_http_internal.h"

static void *grow(void *memory, size_t *capacity, size_t needed, size_t unit) {
  if (needed <= *capacity) {
    return memory;
  }
  *capacity = needed * 2;
  return ng_require_memory(realloc(memory, *capacity * unit));
}

/// Adds a line of `size` bytes, and returns where they go.
static char *append_line(line_list *lines, size_t size) {
  lines->bytes = grow(lines->bytes, &lines->capacity, lines->size + size + 1, 1);
  lines->starts = grow(lines->starts, &lines->count_max, lines->count + 1, sizeof *lines->starts);
  lines->starts[lines->count++] = lines->size;
  char *line = lines->bytes + lines->size;
  line[size] = '\0';
  lines->size += size + 1;
  return line;
}

void ng_http_append_field(line_list *lines, const uint8_t *name, size_t name_size,
                          const uint8_t *value, size_t value_size) {
  // "name:" would take the field off; "name;" is how libcurl is told to send an empty one.
  size_t separator_size = value_size == 0 ? 1 : 2;
  size_t size = name_size + separator_size + value_size;
  char *line = append_line(lines, size);
  memcpy(line, name, name_size);
  memcpy(line + name_size, value_size == 0 ? ";" : ": ", separator_size);
  memcpy(line + name_size + separator_size, value, value_size);
  if (strcspn(line, "\r\n") != size) {
    abort();
  }
}

void ng_http_append_text(line_list *lines, const char *line) {
  size_t size = strlen(line);
  memcpy(append_line(lines, size), line, size);
}

struct curl_slist *ng_http_link_lines(line_list *lines) {
  // Made anew, since it must not be larger than what `count_max` says of `starts`.
  lines->nodes =
      ng_require_memory(realloc(lines->nodes, lines->count_max * sizeof *lines->nodes));
  for (size_t index = 0; index < lines->count; index++) {
    lines->nodes[index] = (struct curl_slist){
        .data = lines->bytes + lines->starts[index],
        .next = index + 1 < lines->count ? &lines->nodes[index + 1] : NULL,
    };
  }
  return lines->nodes;
}

void ng_http_clear_lines(line_list *lines) {
  lines->size = 0;
  lines->count = 0;
}

void ng_http_free_lines(line_list *lines) {
  free(lines->bytes);
  free(lines->starts);
  free(lines->nodes);
}

// Plan files. A script is a count of steps, a step `size bytes frames size expected`; a trigger is
// a script and `size bytes answers deliveries room`. All numbers are 32 bits wide.
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
  const char *bytes;
  size_t left;
};

static struct reader whole_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail(path);
  if (fseek(file, 0, SEEK_END) != 0) fail(path);
  long size = ftell(file);
  rewind(file);
  char *bytes = malloc((size_t)size + 1);
  if (bytes == NULL || fread(bytes, 1, (size_t)size, file) != (size_t)size) fail(path);
  fclose(file);
  return (struct reader){bytes, (size_t)size};
}

static const char *take(struct reader *reader, size_t size) {
  if (reader->left < size) fail("a plan that ends too early");
  const char *bytes = reader->bytes;
  reader->bytes += size;
  reader->left -= size;
  return bytes;
}

static uint32_t number(struct reader *reader) {
  uint32_t value;
  memcpy(&value, take(reader, sizeof value), sizeof value);
  return value;
}

static void *array(uint32_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size);
  if (memory == NULL) fail("memory");
  return memory;
}

static struct script script(struct reader *reader) {
  struct script script = {.step_count = number(reader)};
  script.steps = array(script.step_count, sizeof *script.steps);
  for (uint32_t i = 0; i < script.step_count; i++) {
    struct step *step = &script.steps[i];
    step->size = number(reader);
    step->bytes = take(reader, step->size);
    step->frames = number(reader);
    step->expected_size = number(reader);
    step->expected = take(reader, step->expected_size);
  }
  return script;
}

struct script *read_scripts(const char *path, uint32_t *count) {
  struct reader reader = whole_file(path);
  *count = number(&reader);
  if (*count == 0) fail("a plan without a script");
  struct script *scripts = array(*count, sizeof *scripts);
  for (uint32_t i = 0; i < *count; i++) scripts[i] = script(&reader);
  return scripts;
}

struct trigger_set *read_triggers(const char *path) {
  struct reader reader = whole_file(path);
  struct trigger_set *set = array(1, sizeof *set);
  set->kind = number(&reader) == 0 ? trigger_websocket : trigger_http;
  set->port = (uint16_t)number(&reader);
  set->uses_tls = number(&reader) != 0;
  set->count = number(&reader);
  set->triggers = array(set->count, sizeof *set->triggers);
  for (uint32_t i = 0; i < set->count; i++) {
    struct trigger *trigger = &set->triggers[i];
    trigger->script = script(&reader);
    trigger->size = number(&reader);
    trigger->bytes = take(&reader, trigger->size);
    trigger->answers = number(&reader);
    trigger->deliveries = number(&reader);
    trigger->room = number(&reader);
    if (trigger->room >= room_count_max) fail("a room beyond the last");
  }
  return set;
}

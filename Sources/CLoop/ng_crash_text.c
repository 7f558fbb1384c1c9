#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "ng_crash_private.h"

/// One line in the making. What does not fit is left out. A JSON report is one line with all its
/// frames.
typedef struct line {
  char bytes[NG_FRAME_COUNT_MAX * 96 + 1024];
  size_t size;
} line;

static void add(line *line, const char *text) {
  size_t size = strlen(text);
  if (size < sizeof line->bytes - line->size) {
    memcpy(line->bytes + line->size, text, size);
    line->size += size;
  }
}

static void add_number(line *line, uint64_t number, unsigned radix, int digits_min) {
  char digits[24];
  size_t place = sizeof digits;
  digits[--place] = '\0';
  do {
    digits[--place] = "0123456789abcdef"[number % radix];
    number /= radix;
    digits_min--;
  } while ((number > 0 || digits_min > 0) && place > 0);
  add(line, digits + place);
}

/// By RFC 3339, in UTC. gmtime_r(3) may not be called here.
/// Source: howardhinnant.github.io/date_algorithms.html, civil_from_days.
static void add_time(line *line, int64_t time_ms) {
  int64_t days = time_ms / 86400000 + 719468;
  int64_t era = days / 146097;
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_index = (5 * day_of_year + 2) / 153;
  int64_t month = month_index < 10 ? month_index + 3 : month_index - 9;
  int64_t rest = time_ms % 86400000;
  add_number(line, (uint64_t)(year_of_era + era * 400 + (month <= 2)), 10, 4);
  add(line, "-");
  add_number(line, (uint64_t)month, 10, 2);
  add(line, "-");
  add_number(line, (uint64_t)(day_of_year - (153 * month_index + 2) / 5 + 1), 10, 2);
  add(line, "T");
  add_number(line, (uint64_t)(rest / 3600000), 10, 2);
  add(line, ":");
  add_number(line, (uint64_t)(rest / 60000 % 60), 10, 2);
  add(line, ":");
  add_number(line, (uint64_t)(rest / 1000 % 60), 10, 2);
  add(line, ".");
  add_number(line, (uint64_t)(rest % 1000), 10, 3);
  add(line, "Z");
}

static void write_out(line *line) {
  add(line, "\n");
  size_t written = 0;
  while (written < line->size) {
    struct pollfd request = {.fd = STDERR_FILENO, .events = POLLOUT};
    int ready = poll(&request, 1, 1000);
    if (ready == 0 || (ready < 0 && errno != EINTR)) {
      break;
    }
    // A pipe that has room has room for so much: a write of more would wait for its reader.
    size_t size = line->size - written < 4096 ? line->size - written : 4096;
    ssize_t count = write(STDERR_FILENO, line->bytes + written, size);
    if (count < 0 && errno != EINTR && errno != EAGAIN) {
      break;
    }
    written += count > 0 ? (size_t)count : 0;
  }
  line->size = 0;
}

/// `file+0x1234`, as symbolizers take it: the address in the file.
static void add_frame(line *line, uintptr_t address) {
  const ng_module *module = ng_crash_module(address);
  if (module != NULL) {
    add(line, module->name);
    add(line, "+");
  }
  add(line, "0x");
  add_number(line, module == NULL ? address : address - module->base, 16, 1);
}

static void add_head(line *line, const ng_crash *crash, const char *message) {
  if (crash->has_priority) {
    add(line, "<2>");
  }
  if (crash->is_json) {
    add(line, "{\"time\":\"");
    add_time(line, crash->time_ms);
    add(line, "\",\"level\":\"critical\",\"message\":\"");
    add(line, message);
    add(line, "\"");
    return;
  }
  if (!crash->has_priority) {
    add_time(line, crash->time_ms);
    add(line, " ");
  }
  add(line, "CRITICAL ");
  add(line, message);
}

static void add_field(line *line, const ng_crash *crash, const char *name, const char *text) {
  add(line, crash->is_json ? ",\"" : " ");
  add(line, name);
  add(line, crash->is_json ? "\":\"" : "=");
  add(line, text);
  add(line, crash->is_json ? "\"" : "");
}

/// `name` is no more than letters and underscores.
static void add_number_field(line *line, const ng_crash *crash, const char *name, uint64_t number) {
  add(line, crash->is_json ? ",\"" : " ");
  add(line, name);
  add(line, crash->is_json ? "\":" : "=");
  add_number(line, number, 10, 1);
}

static void add_address_field(line *line, const ng_crash *crash) {
  add(line, crash->is_json ? ",\"address\":\"0x" : " address=0x");
  add_number(line, crash->address, 16, 1);
  add(line, crash->is_json ? "\"" : "");
}

static void add_frames(line *line, const ng_crash *crash) {
  add(line, ",\"backtrace\":[");
  for (int index = 0; index < crash->frame_count; index++) {
    add(line, index == 0 ? "\"" : ",\"");
    add_frame(line, crash->frames[index]);
    add(line, "\"");
  }
  add(line, "]}");
}

void ng_crash_write(const ng_crash *crash) {
  // Too large for a signal stack, and only one thread gets here.
  static line line;
  add_head(&line, crash, "the program crashed");
  add_field(&line, crash, "signal", crash->signal);
  if (crash->has_address) {
    add_address_field(&line, crash);
  }
  if (crash->sender != 0) {
    add_number_field(&line, crash, "sender", (uint64_t)crash->sender);
  }
  add_field(&line, crash, "thread", crash->thread);
  add_field(&line, crash, "version", crash->version);
  add_field(&line, crash, "build_id", ng_crash_program()->build_id);
  if (crash->is_json) {
    add_frames(&line, crash);
    write_out(&line);
    return;
  }
  write_out(&line);
  for (int index = 0; index < crash->frame_count; index++) {
    add_head(&line, crash, "backtrace");
    add_number_field(&line, crash, "frame", (uint64_t)index);
    add(&line, " at=");
    add_frame(&line, crash->frames[index]);
    write_out(&line);
  }
}

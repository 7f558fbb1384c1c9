// How connections come about: the upgrade, and the steps of their scripts.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "load.h"

static const int stuck_ms = 20000;

// The beginning of what came last without what was expected, for who wants to know why.
static char unexpected[400];
static size_t unexpected_size;

void begin_step(struct load *load, struct connection *connection) {
  if (connection->step == connection->script->step_count) {
    connection->is_open = true;
    connection->is_head_over = true;
    load->opening_count--;
    return;
  }
  const struct step *step = &connection->script->steps[connection->step];
  connection->awaited = step->frames;
  connection->is_found = step->expected_size == 0;
  send_all(connection, step->bytes, step->size);
}

static void end_step(struct load *load, struct connection *connection) {
  if (!connection->is_found) {
    fprintf(stderr, "load: %.*s\n", (int)unexpected_size, unexpected);
    errno = 0;
    fail("an answer that does not hold what it should");
  }
  connection->step++;
  begin_step(load, connection);
}

void opening_heard(struct load *load, struct connection *connection) {
  if (connection->awaited > 0 && --connection->awaited == 0) end_step(load, connection);
}

// The end of the answer to the upgrade. How many bytes belong to it.
static size_t head_received(struct load *load, struct connection *connection, const char *bytes,
                            size_t size) {
  static const char end[] = "\r\n\r\n";
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] == end[connection->head_match]) {
      connection->head_match++;
    } else {
      connection->head_match = bytes[i] == '\r';
    }
    if (connection->head_match == 4) {
      connection->is_head_over = true;
      connection->head_match = 0;
      if (connection->awaited == 0) end_step(load, connection);
      return i + 1;
    }
  }
  return size;
}

size_t opening_received(struct load *load, struct connection *connection, const char *bytes,
                        size_t size) {
  const struct step *step = &connection->script->steps[connection->step];
  if (!connection->is_found && memmem(bytes, size, step->expected, step->expected_size) != NULL) {
    connection->is_found = true;
  }
  if (!connection->is_found) {
    unexpected_size = size < sizeof unexpected ? size : sizeof unexpected;
    memcpy(unexpected, bytes, unexpected_size);
  }
  return connection->is_head_over ? 0 : head_received(load, connection, bytes, size);
}

static void wait_for_opening(struct load *load, uint32_t opening_max) {
  while (load->opening_count > opening_max) {
    errno = 0;
    if (turn(load, stuck_ms) == 0) fail("a connection that does not come about");
  }
}

void open_members(struct load *load, uint16_t port, bool uses_tls, const struct script *scripts,
                  uint32_t script_count, uint32_t in_flight_max) {
  for (uint32_t i = 0; i < load->member_count; i++) {
    struct connection *member = &load->members[i];
    member->room = (uint16_t)(i % load->room_count);
    load->rooms[member->room].members++;
    dial(load, member, port, uses_tls, &scripts[i % script_count], i);
    wait_for_opening(load, in_flight_max - 1);
  }
  wait_for_opening(load, 0);
}

static void close_writers(struct load *load) {
  for (uint32_t i = 0; load->set != NULL && i < load->set->count; i++) {
    hang_up(&load->writers[i].connection);
  }
  for (uint32_t i = 0; i < room_count_max; i++) load->rooms[i].writer = NULL;
  free(load->writers);
}

void open_writers(struct load *load, const char *path) {
  close_writers(load);
  load->set = read_triggers(path);
  load->writers = calloc(load->set->count, sizeof *load->writers);
  if (load->writers == NULL) fail("memory");
  for (uint32_t i = 0; i < load->set->count; i++) {
    struct writer *writer = &load->writers[i];
    struct room *room = &load->rooms[load->set->triggers[i].room];
    writer->trigger = &load->set->triggers[i];
    room->writer = writer;
    room->per_trigger = room->members * writer->trigger->deliveries;
    writer->connection.writer = writer;
    writer->connection.room = (uint16_t)writer->trigger->room;
    writer->connection.is_http = load->set->kind == trigger_http;
    dial(load, &writer->connection, load->set->port, load->set->uses_tls, &writer->trigger->script,
         0);
  }
  wait_for_opening(load, 0);
}

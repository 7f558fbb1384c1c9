// load --port N [--tls] --members N [--rooms N] [--scripts FILE] [--in-flight N]
//
// Opens the members, says so, and then does what it reads, a line each:
//   triggers FILE          open the connections that set rooms going
//   run MS WINDOW          see run_closed
//   rate MS PER_SECOND     see run_open
// It ends with its input.
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "load.h"

struct options {
  uint16_t port;
  bool uses_tls;
  uint32_t members, rooms, in_flight;
  const char *scripts;
};

static struct options parse(int argc, char **argv) {
  static const struct option names[] = {
      {"port", 1, NULL, 'p'},    {"tls", 0, NULL, 't'},     {"members", 1, NULL, 'm'},
      {"rooms", 1, NULL, 'r'},   {"scripts", 1, NULL, 's'}, {"in-flight", 1, NULL, 'f'},
      {NULL, 0, NULL, 0},
  };
  struct options options = {.rooms = 1, .in_flight = 64};
  for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    switch (name) {
      case 'p': options.port = (uint16_t)atoi(optarg); break;
      case 't': options.uses_tls = true; break;
      case 'm': options.members = (uint32_t)atol(optarg); break;
      case 'r': options.rooms = (uint32_t)atol(optarg); break;
      case 's': options.scripts = optarg; break;
      case 'f': options.in_flight = (uint32_t)atol(optarg); break;
      default: exit(64);
    }
  }
  if (options.rooms == 0 || options.rooms > room_count_max || options.in_flight == 0) exit(64);
  return options;
}

static void raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static void print_histogram(const struct load *load) {
  const char *comma = "";
  for (unsigned i = 0; i < bucket_count; i++) {
    if (load->histogram[i] == 0) continue;
    // The index is exponent * 32 + mantissa, and of all but the first the mantissa begins at 32.
    unsigned exponent = i < 32 ? 0 : i / 32 - 1;
    uint64_t lowest = (uint64_t)(i - exponent * 32) << exponent;
    printf("%s\"%lu\":%lu", comma, lowest, load->histogram[i]);
    comma = ",";
  }
}

static void report(const struct load *load, uint64_t wall_ns) {
  uint64_t deliveries = 0, triggers = 0, answers = 0;
  for (uint32_t i = 0; i < load->room_count; i++) deliveries += load->rooms[i].heard;
  for (uint32_t i = 0; i < load->set->count; i++) {
    triggers += load->writers[i].sent;
    answers += load->writers[i].answered;
  }
  printf("{\"triggers\":%lu,\"answers\":%lu,\"deliveries\":%lu,\"payload_min\":%lu,"
         "\"payload_max\":%lu,\"payload_last\":%lu,\"wall_ns\":%lu,\"busy_ns\":%lu,\"histogram\":{",
         triggers, answers, deliveries, load->payload_min, load->payload_max, load->payload_size,
         wall_ns, load->busy_ns);
  print_histogram(load);
  printf("}}\n");
}

static void obey(struct load *load, char *line) {
  unsigned long duration_ms, number;
  line[strcspn(line, "\n")] = 0;
  uint64_t wall = now_ns();
  if (strncmp(line, "triggers ", 9) == 0) {
    open_writers(load, line + 9);
    printf("{\"writers\":%u}\n", load->set->count);
    return;
  }
  if (sscanf(line, "run %lu %lu", &duration_ms, &number) == 2) {
    run_closed(load, duration_ms, (uint32_t)number);
  } else if (sscanf(line, "rate %lu %lu", &duration_ms, &number) == 2) {
    run_open(load, duration_ms, (uint32_t)number);
  } else {
    errno = EINVAL;
    fail(line);
  }
  report(load, now_ns() - wall);
}

static SSL_CTX *tls_context(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (context == NULL) fail("TLS");
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return context;
}

int main(int argc, char **argv) {
  struct options options = parse(argc, argv);
  raise_descriptor_limit();
  // OpenSSL writes without MSG_NOSIGNAL.
  signal(SIGPIPE, SIG_IGN);
  static struct load load;
  load.epoll = epoll_create1(EPOLL_CLOEXEC);
  load.tls = tls_context();
  load.member_count = options.members;
  load.room_count = options.rooms;
  load.members = calloc(options.members ? options.members : 1, sizeof *load.members);
  if (load.epoll < 0 || load.members == NULL) fail("start");
  uint64_t wall = now_ns(), cpu = own_cpu_ns();
  if (options.members > 0) {
    uint32_t script_count;
    struct script *scripts = read_scripts(options.scripts, &script_count);
    open_members(&load, options.port, options.uses_tls, scripts, script_count, options.in_flight);
  }
  printf("{\"members\":%u,\"payload_last\":%lu,\"wall_ns\":%lu,\"cpu_ns\":%lu}\n", options.members,
         load.payload_size, now_ns() - wall, own_cpu_ns() - cpu);
  fflush(stdout);
  char line[4096];
  while (fgets(line, sizeof line, stdin) != NULL) {
    obey(&load, line);
    fflush(stdout);
  }
  return 0;
}

// The load client: one thread, one epoll, as many WebSocket clients as it is told.
//
// What the clients say is in plan files (plan.c); what is measured is said line by line on standard
// input, and answered on standard output with a line of JSON (main.c). It must cost much less than
// the server under test: one recv for a socket that has something, and no look at a frame beyond
// its header.
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { room_count_max = 4096, receive_size = 256 << 10, bucket_count = 64 * 32 };

// Bytes to send, and what must come back before the next step.
struct step {
  const char *bytes;
  size_t size;
  uint32_t frames;       // data frames to wait for
  const char *expected;  // which of them must hold, or nothing
  size_t expected_size;
};

struct script {
  struct step *steps;
  uint32_t step_count;
};

// What sets a room going: the bytes of one turn, sent at once.
struct trigger {
  struct script script;  // how its connection is opened
  const char *bytes;
  size_t size;
  uint32_t answers;     // what comes back to the trigger's own connection
  uint32_t deliveries;  // frames that each member of the room hears
  uint32_t room;
};

enum trigger_kind { trigger_websocket, trigger_http };

struct trigger_set {
  enum trigger_kind kind;
  uint16_t port;
  bool uses_tls;
  uint32_t count;
  struct trigger *triggers;
};

struct connection {
  int fd;
  uint8_t header[14];
  uint8_t header_size;
  uint8_t opcode;
  bool is_open;       // its script is done
  bool is_head_over;  // the answer to the upgrade has been read
  bool is_http;       // what comes are HTTP answers, not frames
  bool is_found;      // what the step expects has been seen
  bool is_shaking;    // TLS has not come about yet
  uint8_t head_match;
  uint16_t room;
  uint32_t awaited;  // frames of the step
  uint32_t step;
  uint64_t left;    // bytes of the frame that has begun
  uint64_t frames;  // data frames that ended, since the run began
  const struct script *script;
  struct writer *writer;  // where it is a trigger's
  SSL *tls;
};

struct writer {
  struct connection connection;
  const struct trigger *trigger;
  uint64_t sent;      // triggers
  uint64_t answered;  // answers
};

struct room {
  uint64_t members;
  uint64_t heard;      // frames, since the run began
  uint64_t per_trigger;
  struct writer *writer;
};

struct load {
  int epoll;
  SSL_CTX *tls;
  struct connection *members;
  uint32_t member_count;
  uint32_t opening_count;  // connections whose script is not done
  struct room rooms[room_count_max];
  uint32_t room_count;
  struct trigger_set *set;
  struct writer *writers;
  uint64_t payload_size;  // of the last data frame
  uint64_t payload_min, payload_max;  // of the run
  uint64_t busy_ns;                   // of the run: how long something was there to be handled
  // Of the measured run: when each trigger went out, who has not heard it, how long it took.
  uint64_t *sent_at;
  uint32_t *pending;
  uint32_t ring_size;
  uint64_t histogram[bucket_count];
};

// plan.c: files of the host's own byte order, that the runner writes. A bad one is the end.
struct script *read_scripts(const char *path, uint32_t *count);
struct trigger_set *read_triggers(const char *path);

// connection.c
_Noreturn void fail(const char *what);
uint64_t now_ns(void);
uint64_t own_cpu_ns(void);
void dial(struct load *load, struct connection *connection, uint16_t port, bool uses_tls,
          const struct script *script, uint32_t number);
void hang_up(struct connection *connection);
void send_all(struct connection *connection, const char *bytes, size_t size);
// Reads once what is there. False: nothing was.
bool receive(struct load *load, struct connection *connection);
// Handles what has come, waiting for it up to `timeout_ms`. How many connections had something.
int turn(struct load *load, int timeout_ms);
// The same without sleeping. To wake a client up costs the server that sends to it, over loopback,
// and only a server that is slow enough to let it fall asleep.
int turn_awake(struct load *load, uint64_t timeout_ms);

// opening.c
void open_members(struct load *load, uint16_t port, bool uses_tls, const struct script *scripts,
                  uint32_t script_count, uint32_t in_flight_max);
void open_writers(struct load *load, const char *path);
void begin_step(struct load *load, struct connection *connection);
// Goes on with the script by what has come. How much of it the script took.
size_t opening_received(struct load *load, struct connection *connection, const char *bytes,
                        size_t size);
void opening_heard(struct load *load, struct connection *connection);

// running.c
void heard(struct load *load, struct connection *connection);
void answered(struct load *load, struct writer *writer);
// Each room's next trigger goes when fewer than `window` are under way.
void run_closed(struct load *load, uint64_t duration_ms, uint32_t window);
// `rate` triggers a second, whatever is under way; the time until the last member has heard each.
void run_open(struct load *load, uint64_t duration_ms, uint32_t rate);

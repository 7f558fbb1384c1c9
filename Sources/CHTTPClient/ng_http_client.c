#include <string.h>
#include <strings.h>

#include "ng_http_internal.h"

int ng_http_global_init(void) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return -1;
  }
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  const int features = CURL_VERSION_SSL | CURL_VERSION_HTTP2 | CURL_VERSION_ASYNCHDNS;
  bool is_enough = info->version_num >= 0x075700 && (info->features & features) == features;
  return is_enough ? 0 : -1;
}

const char *ng_http_library_version(void) { return curl_version_info(CURLVERSION_NOW)->version; }

// MARK: what is done

/// Tells the requests that have come to their end. Each may start and free others meanwhile.
static void report_ends(client_impl *client) {
  int count_left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(client->multi, &count_left)) != NULL) {
    // A message lives only until its request is taken off.
    CURL *easy = message->easy_handle;
    CURLcode code = message->data.result;
    char *owner = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
    ng_http_request_ended(ng_require_memory(owner), code);
  }
}

static void act(client_impl *client, curl_socket_t descriptor, int events) {
  int running_count;
  curl_multi_socket_action(client->multi, descriptor, events, &running_count);
  if ((events & CURL_CSELECT_IN) != 0) {
    ng_http_look_at_early_answered(client);
  }
  report_ends(client);
}

// MARK: the loop

static void timer_fired(void *context) { act(context, CURL_SOCKET_TIMEOUT, 0); }

/// For CURLMOPT_TIMERFUNCTION.
static int set_timer(CURLM *multi, long timeout_ms, void *context) {
  (void)multi;
  client_impl *client = context;
  if (timeout_ms < 0) {
    ng_timer_stop(client->timer);
  } else {
    ng_timer_start(client->timer, (uint64_t)timeout_ms, 0);
  }
  return 0;
}

/// One socket that libcurl waits for, or has waited for.
///
/// libcurl stops to wait for a connection when a request ends and begins anew with the next one,
/// and telling the kernel of both costs more than much else of a small request. So the kernel goes
/// on watching for input, until there is some that nobody wants.
struct watched_socket {
  client_impl *client;
  curl_socket_t descriptor;
  ng_poll *poll;
  /// What the kernel watches for.
  uint32_t events;
  bool is_wanted;
};

static void watch_for(watched_socket *watched, uint32_t events) {
  if (watched->events != events) {
    watched->events = events;
    (void)ng_poll_set(watched->poll, events);
  }
}

static void socket_ready(void *context, int error, uint32_t events) {
  watched_socket *watched = context;
  if (error < 0) {
    // libuv has stopped watching.
    uint32_t wanted = watched->events;
    watched->events = 0;
    watch_for(watched, watched->is_wanted ? wanted : 0);
  }
  if (!watched->is_wanted) {
    // The server has closed the connection, or speaks without having been asked. That is found out
    // when the connection is to be used again.
    watch_for(watched, 0);
    return;
  }
  int selected = 0;
  if (error < 0) {
    // The server has cut the connection; what it said before may still be there to be read, and
    // libcurl reads only if it is told that it can.
    selected |= CURL_CSELECT_ERR | CURL_CSELECT_IN;
  }
  // A server may refuse a body and close, and the write that follows fails, at which libcurl gives
  // up without having looked whether something was said. Much can happen since the loop has asked.
  if ((events & NG_READABLE) ||
      ((watched->events & NG_READABLE) && ng_http_has_input(watched->descriptor))) {
    selected |= CURL_CSELECT_IN;
  }
  if (events & NG_WRITABLE) {
    selected |= CURL_CSELECT_OUT;
  }
  // May free `watched`.
  act(watched->client, watched->descriptor, selected);
}

static watched_socket *watch(client_impl *client, curl_socket_t descriptor) {
  open_socket *socket = ng_http_find_socket(client, descriptor);
  watched_socket *watched = socket == NULL ? NULL : socket->watched;
  if (watched == NULL) {
    watched = ng_require_memory(calloc(1, sizeof *watched));
    ng_poll *poll = ng_poll_new(client->face.loop, descriptor, watched, socket_ready);
    if (poll == NULL) {
      // The kernel watches no more descriptors. An error here would end the client for good; this
      // way the request at hand comes to its time-out and the next may fare better.
      free(watched);
      return NULL;
    }
    *watched = (watched_socket){.client = client, .descriptor = descriptor, .poll = poll};
    if (socket != NULL) {
      socket->watched = watched;
    }
  }
  curl_multi_assign(client->multi, descriptor, watched);
  return watched;
}

void ng_http_free_watched(watched_socket *watched) {
  if (watched != NULL) {
    ng_poll_free(watched->poll);
    free(watched);
  }
}

static void stop_watching(client_impl *client, watched_socket *watched) {
  open_socket *socket = ng_http_find_socket(client, watched->descriptor);
  if (socket == NULL) {
    ng_http_free_watched(watched);
    return;
  }
  watched->is_wanted = false;
  watch_for(watched, watched->events & NG_READABLE);
}

/// For CURLMOPT_SOCKETFUNCTION. `assigned` is the watched_socket, NULL when there is none yet.
static int watch_socket(CURL *easy, curl_socket_t descriptor, int what, void *context,
                        void *assigned) {
  (void)easy;
  client_impl *client = context;
  watched_socket *watched = assigned;
  if (what == CURL_POLL_REMOVE) {
    if (watched != NULL) {
      stop_watching(client, watched);
    }
    return 0;
  }
  if (watched == NULL) {
    watched = watch(client, descriptor);
  }
  if (watched != NULL) {
    watched->is_wanted = true;
    watch_for(watched, (what & CURL_POLL_IN ? NG_READABLE : 0u) |
                           (what & CURL_POLL_OUT ? NG_WRITABLE : 0u));
  }
  return 0;
}

// MARK: a client

static void set_up_multi(client_impl *client, long connections_max) {
  CURLM *multi = client->multi;
  // Not checked one by one: of these options and values libcurl refuses none.
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client);
  curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections_max);
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections_max);
  // How many may stay open when idle.
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections_max);
}

ng_http_client *ng_http_client_new(ng_loop *loop, const ng_http_client_settings *settings) {
  client_impl *client = ng_require_memory(calloc(1, sizeof *client));
  client->face.loop = loop;
  client->url = ng_require_memory(curl_url());
  if (curl_url_set(client->url, CURLUPART_URL, settings->url, 0) != CURLUE_OK) {
    abort();
  }
  if (settings->ca_file != NULL) {
    client->ca_file = ng_require_memory(strdup(settings->ca_file));
  }
  client->is_tls = strncasecmp(settings->url, "https:", 6) == 0;
  client->connect_timeout_ms = (long)settings->connect_timeout_ms;
  client->unacknowledged_timeout_ms = settings->unacknowledged_timeout_ms;
  client->idle_timeout_ms = (long)settings->idle_timeout_ms;
  client->idle_request_count_max = settings->connections_max;
  client->timer = ng_timer_new(loop, client, timer_fired);
  client->multi = ng_require_memory(curl_multi_init());
  set_up_multi(client, (long)settings->connections_max);
  return &client->face;
}

void ng_http_client_free(ng_http_client *face) {
  client_impl *client = client_of(face);
  ng_http_free_idle_requests(client);
  // It closes sockets and may set the timer: both must still be there.
  curl_multi_cleanup(client->multi);
  ng_http_forget_sockets(client);
  ng_timer_free(client->timer);
  free(client->sockets);
  curl_url_cleanup(client->url);
  free(client->ca_file);
  free(client);
}

// MARK: what all requests have in common

/// How long a connection may have been idle to be used again. libcurl counts whole seconds, and
/// still takes a connection whose idle seconds, rounded down, are equal to the limit: with 3 it
/// takes one that was idle for 3.9 s. So 4 s are "3", and below a second nothing can be said so.
static void set_reuse(const client_impl *client, CURL *easy) {
  long seconds = client->idle_timeout_ms / 1000;
  if (seconds < 1) {
    SET(easy, CURLOPT_FORBID_REUSE, 1L);
  } else {
    SET(easy, CURLOPT_MAXAGE_CONN, seconds - 1);
  }
}

static void set_up_tls(const client_impl *client, CURL *easy) {
  SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (client->ca_file != NULL) {
    SET(easy, CURLOPT_CAINFO, client->ca_file);
    // Debian's libcurl looks into /etc/ssl/certs besides: a private CA is to be the only one.
    SET(easy, CURLOPT_CAPATH, NULL);
  }
}

long ng_http_version(const client_impl *client) {
  return client->is_tls ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1;
}

void ng_http_configure(const client_impl *client, CURL *easy) {
  SET(easy, CURLOPT_CURLU, client->url);
  SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  SET(easy, CURLOPT_PATH_AS_IS, 1L);
  SET(easy, CURLOPT_HTTP_VERSION, ng_http_version(client));
  SET(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  // An answer may take for ever, as long as the server is there: this finds out whether it is.
  SET(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  SET(easy, CURLOPT_TCP_KEEPIDLE, 30L);
  SET(easy, CURLOPT_TCP_KEEPINTVL, 15L);
  SET(easy, CURLOPT_CONNECTTIMEOUT_MS, client->connect_timeout_ms);
  set_reuse(client, easy);
  if (client->is_tls) {
    set_up_tls(client, easy);
  }
  // Nothing of what the environment or an answer might talk it into.
  SET(easy, CURLOPT_PROXY, "");
  SET(easy, CURLOPT_NOPROXY, "*");
  SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
  SET(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  SET(easy, CURLOPT_NOPROGRESS, 1L);
  SET(easy, CURLOPT_NOSIGNAL, 1L);
  // Names are resolved by a thread, which cannot be stopped. Without this, giving up a request
  // waits until the thread is done, and the loop with it: for as long as resolv.conf says.
  SET(easy, CURLOPT_QUICK_EXIT, 1L);
  SET(easy, CURLOPT_OPENSOCKETFUNCTION, ng_http_open_socket);
  SET(easy, CURLOPT_OPENSOCKETDATA, (void *)(uintptr_t)client);
  SET(easy, CURLOPT_CLOSESOCKETFUNCTION, ng_http_close_socket);
  SET(easy, CURLOPT_CLOSESOCKETDATA, (void *)(uintptr_t)client);
}

#include "ng_tls_client.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  ng_tls_client face;
  SSL_CTX *context;
  SSL *session;
  SSL_SESSION *ticket;
  char protocol[32];
} client_impl;

static client_impl *impl_of(ng_tls_client *client) { return client->native; }

static int keep_ticket(SSL *session, SSL_SESSION *ticket) {
  client_impl *impl = SSL_get_app_data(session);
  SSL_SESSION_free(impl->ticket);
  impl->ticket = ticket;
  return 1;
}

static void note_protocol(client_impl *impl) {
  const unsigned char *name;
  unsigned int size;
  SSL_get0_alpn_selected(impl->session, &name, &size);
  if (size < sizeof impl->protocol) {
    memcpy(impl->protocol, name, size);
  }
}

ng_tls_client *_Nullable ng_tls_client_new(int descriptor, const ng_tls_client_options *options) {
  static const unsigned char protocols[] = "\x02h2\x08http/1.1";
  client_impl *impl = calloc(1, sizeof *impl);
  if (impl == NULL) {
    abort();
  }
  impl->face.native = impl;
  impl->context = SSL_CTX_new(TLS_client_method());
  int version = options->minor_version == 2 ? TLS1_2_VERSION : TLS1_3_VERSION;
  SSL_CTX_set_min_proto_version(impl->context, version);
  SSL_CTX_set_max_proto_version(impl->context, version);
  SSL_CTX_set_alpn_protos(impl->context, protocols, sizeof protocols - 1);
  SSL_CTX_set_session_cache_mode(impl->context,
                                 SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(impl->context, keep_ticket);
  impl->session = SSL_new(impl->context);
  SSL_set_app_data(impl->session, impl);
  SSL_set_fd(impl->session, descriptor);
  if (options->session != NULL) {
    SSL_set_session(impl->session, options->session->native);
  }
  if (SSL_connect(impl->session) != 1) {
    ng_tls_client_free(&impl->face);
    return NULL;
  }
  note_protocol(impl);
  return &impl->face;
}

ptrdiff_t ng_tls_client_read(ng_tls_client *client, void *buffer, size_t size) {
  client_impl *impl = impl_of(client);
  size_t count;
  if (SSL_read_ex(impl->session, buffer, size, &count) == 1) {
    return (ptrdiff_t)count;
  }
  return SSL_get_error(impl->session, 0) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

int ng_tls_client_write(ng_tls_client *client, const void *bytes, size_t size) {
  size_t count;
  return SSL_write_ex(impl_of(client)->session, bytes, size, &count) == 1 ? 0 : -1;
}

int ng_tls_client_has_resumed(ng_tls_client *client) {
  return SSL_session_reused(impl_of(client)->session);
}

const char *ng_tls_client_protocol(ng_tls_client *client) { return impl_of(client)->protocol; }

ng_tls_session *_Nullable ng_tls_client_session(ng_tls_client *client) {
  client_impl *impl = impl_of(client);
  if (impl->ticket == NULL) {
    return NULL;
  }
  ng_tls_session *session = calloc(1, sizeof *session);
  if (session == NULL) {
    abort();
  }
  session->native = impl->ticket;
  impl->ticket = NULL;
  return session;
}

unsigned long ng_tls_session_lifetime(ng_tls_session *session) {
  return SSL_SESSION_get_ticket_lifetime_hint(session->native);
}

uint32_t ng_tls_session_early_data_size(ng_tls_session *session) {
  return SSL_SESSION_get_max_early_data(session->native);
}

void ng_tls_session_free(ng_tls_session *session) {
  SSL_SESSION_free(session->native);
  free(session);
}

int ng_tls_client_renegotiate(ng_tls_client *client) {
  SSL *session = impl_of(client)->session;
  return SSL_renegotiate(session) == 1 && SSL_do_handshake(session) == 1 ? 0 : -1;
}

void ng_tls_client_end_output(ng_tls_client *client) { SSL_shutdown(impl_of(client)->session); }

void ng_tls_client_free(ng_tls_client *client) {
  client_impl *impl = impl_of(client);
  SSL_SESSION_free(impl->ticket);
  // Without this OpenSSL takes a connection that just ends for an attack, and its session for bad.
  SSL_set_shutdown(impl->session, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(impl->session);
  SSL_CTX_free(impl->context);
  free(impl);
}

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ng_tls_private.h"

// MARK: ticket keys

enum { KEY_NAME_SIZE = 16, SECRET_SIZE = 32, KEY_COUNT = 2 };

typedef struct {
  unsigned char name[KEY_NAME_SIZE];
  unsigned char cipher_secret[SECRET_SIZE];
  unsigned char mac_secret[SECRET_SIZE];
} ticket_key;

/// The key in use, and the one before it, when there was one.
typedef struct {
  ng_tls_ticket_keys face;
  pthread_mutex_t lock;
  ticket_key keys[KEY_COUNT];
  int key_count;
} ticket_keys_impl;

static ticket_keys_impl *impl_of(ng_tls_ticket_keys *keys) { return keys->native; }

static void fill(ticket_key *key) {
  if (RAND_bytes((unsigned char *)key, sizeof *key) != 1) {
    abort();
  }
}

ng_tls_ticket_keys *ng_tls_ticket_keys_new(void) {
  ticket_keys_impl *impl = calloc(1, sizeof *impl);
  if (impl == NULL || pthread_mutex_init(&impl->lock, NULL) != 0) {
    abort();
  }
  impl->face.native = impl;
  fill(&impl->keys[0]);
  impl->key_count = 1;
  return &impl->face;
}

void ng_tls_ticket_keys_rotate(ng_tls_ticket_keys *keys) {
  ticket_keys_impl *impl = impl_of(keys);
  ticket_key key;
  fill(&key);
  pthread_mutex_lock(&impl->lock);
  impl->keys[1] = impl->keys[0];
  impl->keys[0] = key;
  impl->key_count = 2;
  pthread_mutex_unlock(&impl->lock);
  OPENSSL_cleanse(&key, sizeof key);
}

void ng_tls_ticket_keys_free(ng_tls_ticket_keys *keys) {
  ticket_keys_impl *impl = impl_of(keys);
  pthread_mutex_destroy(&impl->lock);
  OPENSSL_cleanse(impl, sizeof *impl);
  free(impl);
}

/// The key to seal with, or the one that is called `name`. Returns its age: 0 for the one in use, 1
/// for the one before it, -1 when there is none of that name.
static int find_key(ticket_keys_impl *impl, const unsigned char *name, bool is_sealing,
                    ticket_key *key) {
  int age = -1;
  pthread_mutex_lock(&impl->lock);
  for (int index = 0; age < 0 && index < impl->key_count; index++) {
    if (is_sealing || memcmp(impl->keys[index].name, name, KEY_NAME_SIZE) == 0) {
      age = index;
      *key = impl->keys[index];
    }
  }
  pthread_mutex_unlock(&impl->lock);
  return age;
}

static bool prepare(ticket_key *key, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                    int is_sealing) {
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->mac_secret, SECRET_SIZE),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "sha256", 0),
      OSSL_PARAM_construct_end(),
  };
  return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher_secret, iv, is_sealing) ==
             1 &&
         EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

static pthread_once_t index_once = PTHREAD_ONCE_INIT;
static int keys_index;
static int certificate_index;

/// The certificate that a context was given later goes with it.
static void free_certificate(void *parent, void *certificate, CRYPTO_EX_DATA *data, int index,
                             long number, void *context) {
  (void)parent;
  (void)data;
  (void)index;
  (void)number;
  (void)context;
  SSL_CTX_free(certificate);
}

static void make_index(void) {
  keys_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
  certificate_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_certificate);
}

/// OpenSSL's ticket callback. Returns 1 to go on, 2 to go on and give a new ticket, 0 for a full
/// handshake, -1 for a failure.
static int use_ticket_key(SSL *session, unsigned char *name, unsigned char *iv,
                          EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int is_sealing) {
  ticket_keys_impl *impl = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), keys_index);
  ticket_key key;
  int age = find_key(impl, name, is_sealing, &key);
  if (age < 0) {
    return 0;
  }
  if (is_sealing) {
    memcpy(name, key.name, KEY_NAME_SIZE);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) {
      age = -1;
    }
  }
  bool is_prepared = age >= 0 && prepare(&key, iv, cipher, mac, is_sealing);
  OPENSSL_cleanse(&key, sizeof key);
  return !is_prepared ? -1 : age == 0 ? 1 : 2;
}

// MARK: contexts

/// Ephemeral keys and authenticated encryption only. TLS 1.3 has nothing else.
static const char ciphers_1_2[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
/// Without a choice of ours TLS 1.3 takes finite fields as well, of which the largest costs the
/// server a hundred times as much as a curve, and its client nothing.
static const char groups[] = "X25519:P-256:P-384";
/// 112 bits. Machines may allow less for the sake of old servers elsewhere.
enum { SECURITY_LEVEL_MIN = 2 };
static const unsigned char session_context[] = "notes-gateway";
static const unsigned char protocols[] = "\x08http/1.1";

static int failed(char *error, size_t error_size, const char *what, const char *which) {
  unsigned long code = ERR_peek_last_error();
  const char *reason = ERR_reason_error_string(code);
  snprintf(error, error_size, "%s %s: %s", what, which, reason == NULL ? "unknown error" : reason);
  ERR_clear_error();
  return -1;
}

/// OpenSSL's ALPN callback. A client that speaks nothing of ours is told so (RFC 7301, 3.2).
static int choose_protocol(SSL *session, const unsigned char **chosen, unsigned char *size,
                           const unsigned char *offered, unsigned int offered_size,
                           void *context) {
  (void)session;
  (void)context;
  unsigned char *found;
  if (SSL_select_next_proto(&found, size, protocols, sizeof protocols - 1, offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

static void demand_security(SSL_CTX *context) {
  if (SSL_CTX_get_security_level(context) < SECURITY_LEVEL_MIN) {
    SSL_CTX_set_security_level(context, SECURITY_LEVEL_MIN);
  }
}

static int number_of(ng_tls_version version) {
  return version == NG_TLS_VERSION_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
}

int ng_tls_configure(struct ssl_ctx_st *context, const ng_tls_settings *settings, char *error,
                     size_t error_size) {
  ERR_clear_error();
  pthread_once(&index_once, make_index);
  int version = number_of(settings->minimum_version);
  demand_security(context);
  if (SSL_CTX_set_min_proto_version(context, version) != 1 ||
      SSL_CTX_set_max_proto_version(context, 0) != 1 ||
      SSL_CTX_set_cipher_list(context, ciphers_1_2) != 1 ||
      SSL_CTX_set1_groups_list(context, groups) != 1 ||
      SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1) != 1 ||
      SSL_CTX_set_ex_data(context, keys_index, settings->ticket_keys->native) != 1 ||
      SSL_CTX_set_tlsext_ticket_key_evp_cb(context, use_ticket_key) != 1) {
    return failed(error, error_size, "cannot set up", "TLS");
  }
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
  // The one of libwebsockets looks for a server of that name, and shows the certificate of the
  // first listener that it finds.
  SSL_CTX_set_tlsext_servername_callback(context, NULL);
  SSL_CTX_set_timeout(context, NG_TLS_TICKET_LIFETIME_S);
  // Sessions live in the clients' tickets: a cache would be one worker's.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  ng_tls_file culprit;
  return ng_tls_load_pair(context, settings->certificate_file, settings->private_key_file, &culprit,
                          error, error_size);
}

int ng_tls_check(const ng_tls_settings *settings, char *error, size_t error_size) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (context == NULL) {
    return failed(error, error_size, "cannot set up", "TLS");
  }
  int result = ng_tls_configure(context, settings, error, error_size);
  SSL_CTX_free(context);
  return result;
}

// MARK: certificates

/// `native` is a context: what OpenSSL keeps a certificate, its chain and its key in together.
ng_tls_certificate *_Nullable ng_tls_certificate_load(const char *certificate_file,
                                                      const char *private_key_file,
                                                      ng_tls_file *culprit, char *error,
                                                      size_t error_size) {
  ERR_clear_error();
  *culprit = NG_TLS_FILE_NONE;
  pthread_once(&index_once, make_index);
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (context == NULL) {
    (void)failed(error, error_size, "cannot set up", "TLS");
    return NULL;
  }
  // What a listener would refuse at the start it is not given later either.
  demand_security(context);
  if (ng_tls_load_pair(context, certificate_file, private_key_file, culprit, error, error_size) <
      0) {
    SSL_CTX_free(context);
    return NULL;
  }
  ng_tls_certificate *certificate = calloc(1, sizeof *certificate);
  if (certificate == NULL) {
    abort();
  }
  certificate->native = context;
  return certificate;
}

void ng_tls_certificate_free(ng_tls_certificate *certificate) {
  SSL_CTX_free(certificate->native);
  free(certificate);
}

/// OpenSSL's callback before a certificate is chosen. Returns 1 to go on, 0 to fail.
///
/// Not by loading the certificate into the context itself: that has one for each kind of key, so
/// that one of another kind than the last would be shown to some clients only.
static int choose_certificate(SSL *session, void *context) {
  (void)context;
  SSL_CTX *source = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), certificate_index);
  if (source == NULL) {
    return 1;
  }
  STACK_OF(X509) *chain = NULL;
  SSL_CTX_get0_chain_certs(source, &chain);
  SSL_certs_clear(session);
  return SSL_use_cert_and_key(session, SSL_CTX_get0_certificate(source),
                              SSL_CTX_get0_privatekey(source), chain, 1) == 1;
}

void ng_tls_renew(struct ssl_ctx_st *context, ng_tls_certificate *certificate,
                  ng_tls_version minimum_version) {
  SSL_CTX *last = SSL_CTX_get_ex_data(context, certificate_index);
  if (SSL_CTX_set_min_proto_version(context, number_of(minimum_version)) != 1 ||
      SSL_CTX_up_ref(certificate->native) != 1 ||
      SSL_CTX_set_ex_data(context, certificate_index, certificate->native) != 1) {
    abort();
  }
  SSL_CTX_set_cert_cb(context, choose_certificate, NULL);
  SSL_CTX_free(last);
}

struct ssl_ctx_st *ng_tls_unused_context_new(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (context == NULL) {
    abort();
  }
  return context;
}

void ng_tls_unused_context_free(struct ssl_ctx_st *context) { SSL_CTX_free(context); }

const char *ng_tls_library_version(void) { return OpenSSL_version(OPENSSL_VERSION_STRING); }

int ng_tls_is_established(const struct ssl_st *session) { return SSL_is_init_finished(session); }

void ng_tls_end_quietly(struct ssl_st *session) { SSL_set_quiet_shutdown(session, 1); }

void ng_tls_end_output(struct ssl_st *session) {
  ERR_clear_error();
  (void)SSL_shutdown(session);
  ERR_clear_error();
}

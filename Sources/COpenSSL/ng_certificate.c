#include "ng_certificate.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/// Far away in the direction of its use where OpenSSL can't make sense of it.
static int64_t seconds_of(const ASN1_TIME *time, int64_t otherwise) {
  struct tm parts;
  return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : otherwise;
}

static bool has_signed(X509 *issuer, X509 *certificate) {
  EVP_PKEY *key = X509_get0_pubkey(issuer);
  return X509_check_issued(issuer, certificate) == X509_V_OK && key != NULL &&
         X509_verify(certificate, key) == 1;
}

/// The next certificate of a text, or NULL at its end and at one that can't be read.
static X509 *read_next(BIO *text, bool *is_broken) {
  // The empty passphrase: without one OpenSSL would ask for that of an encrypted block.
  X509 *certificate = PEM_read_bio_X509_AUX(text, NULL, NULL, "");
  unsigned long code = ERR_peek_last_error();
  *is_broken = certificate == NULL &&
               !(ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE);
  ERR_clear_error();
  return certificate;
}

int ng_certificates_read(const uint8_t *pem, size_t size, ng_certificate *certificates,
                         int count_max) {
  BIO *text = size > INT_MAX ? NULL : BIO_new_mem_buf(pem, (int)size);
  if (text == NULL) {
    ERR_clear_error();
    return -1;
  }
  int count = 0;
  bool is_broken = false;
  X509 *last = NULL;
  X509 *certificate;
  while ((certificate = read_next(text, &is_broken)) != NULL) {
    if (last != NULL && count <= count_max) {
      certificates[count - 1].is_signed_by_next = has_signed(certificate, last);
    }
    if (count < count_max) {
      certificates[count] = (ng_certificate){
          .not_before = seconds_of(X509_get0_notBefore(certificate), INT64_MIN),
          .not_after = seconds_of(X509_get0_notAfter(certificate), INT64_MAX),
      };
    }
    count++;
    X509_free(last);
    last = certificate;
  }
  X509_free(last);
  BIO_free(text);
  ERR_clear_error();
  return is_broken ? -1 : count;
}

// A key and its self-signed certificate for a TLS server, made when it starts: Ed25519, as Weir's.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "bench/host.h"

namespace weir::bench {

inline void use_own_certificate(SSL_CTX* context) {
  EVP_PKEY* const key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  X509* const certificate = X509_new();
  if (key == nullptr || certificate == nullptr) fail("a key", ENOMEM);
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 365L * 24 * 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<unsigned char const*>("weir"), 4, -1, 0);
  X509_set_issuer_name(certificate, name);
  bool const used = X509_sign(certificate, key, nullptr) > 0 &&
                    SSL_CTX_use_certificate(context, certificate) == 1 &&
                    SSL_CTX_use_PrivateKey(context, key) == 1;
  if (!used) fail("a certificate", EPROTO);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

}  // namespace weir::bench

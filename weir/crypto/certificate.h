// Certificates made from Ed25519 keys: the form in which TLS wants to see a key.
//
// Who is known by his key needs no authority: a self-signed certificate carries the key, the
// handshake proves that its owner is there, and whoever trusts checks the key (TlsOptions::keys).
// An authority of one's own is a key that issues certificates for others.
//
// A certificate never expires unless it is told to, so nothing here asks what time it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/crypto/ed25519.h"

namespace weir {

struct CertificateRequest {
  // Its common name, 1 to 64 bytes of UTF-8.
  std::string subject = "weir";
  // For whom it speaks; clients compare server_name with them.
  std::vector<std::string> dns_names{};
  // It may issue others.
  bool authority = false;
  // Seconds since 1970-01-01 00:00 UTC; it is valid in between, both included.
  std::int64_t valid_from = 0;
  std::int64_t valid_to = 253'402'300'799;  // the end of 9999: none, as RFC 5280 writes it
};

// Both give PEM text.
Result<std::string> self_signed_certificate(Ed25519Key const& key,
                                            CertificateRequest const& request = {});
Result<std::string> issue_certificate(Ed25519PublicKey const& subject_key,
                                      CertificateRequest const& request,
                                      std::string_view issuer_certificate_pem,
                                      Ed25519Key const& issuer_key);

}  // namespace weir

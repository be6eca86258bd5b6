// Keys, credentials and two ends of TLS in memory, for the tests of crypto, net and io. Every key
// is made here, of a number; none lies in a file.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/crypto/certificate.h"
#include "weir/crypto/tls_context.h"
#include "weir/crypto/tls_session.h"

namespace weir {

inline Ed25519Key test_key(std::uint8_t number) {
  Ed25519Key::Seed seed{};
  seed.fill(std::byte{number});
  return Ed25519Key::from_seed(seed);
}
inline KeyHash test_key_hash(std::uint8_t number) { return hash_of(test_key(number).public_key()); }

inline TlsCredentials test_credentials(std::uint8_t number,
                                       CertificateRequest const& request = {}) {
  Ed25519Key const key = test_key(number);
  return {self_signed_certificate(key, request).value(), key.to_pem()};
}

// A server with key 1 that asks for no certificate, and who trusts it.
inline TlsOptions server_options() {
  TlsOptions options;
  options.credentials = test_credentials(1);
  return options;
}
inline TlsOptions client_options() {
  TlsOptions options;
  options.check = PeerCheck::keys;
  options.keys = {test_key_hash(1)};
  return options;
}
// Both show a certificate: the client has key 2.
inline TlsOptions mutual_server_options() {
  TlsOptions options = server_options();
  options.check = PeerCheck::keys;
  options.keys = {test_key_hash(2)};
  return options;
}
inline TlsOptions mutual_client_options() {
  TlsOptions options = client_options();
  options.credentials = test_credentials(2);
  return options;
}

inline Owner<TlsContext> server_context(TlsOptions const& options = server_options()) {
  Result<Owner<TlsContext>> made = TlsContext::make_server(options);
  EXPECT_TRUE(made.ok()) << made.error().message;
  return std::move(made).value();
}
inline Owner<TlsContext> client_context(TlsOptions const& options = client_options()) {
  Result<Owner<TlsContext>> made = TlsContext::make_client(options);
  EXPECT_TRUE(made.ok()) << made.error().message;
  return std::move(made).value();
}

// One end: what it has decrypted, and what it has to say.
class TlsEnd {
 public:
  explicit TlsEnd(TlsContext& context, std::string_view peer = {})
      : session(context, {write, this}, peer) {
    if (context.role() == TlsContext::Role::client) session.start();
  }

  // Takes all that has come, `piece` bytes at a time.
  void take(std::string_view ciphertext, std::size_t piece = ~std::size_t{0}) {
    std::string room(TlsSession::record_bytes_max, '\0');
    while (!ciphertext.empty()) {  // ends: each turn takes some, or gives some
      std::string_view const next = ciphertext.substr(0, piece);
      auto const [taken, given] =
          session.receive(std::as_bytes(std::span(next)), std::as_writable_bytes(std::span(room)));
      received.append(room, 0, given);
      ciphertext.remove_prefix(taken);
      if (taken == 0 && given == 0) break;  // it has ended
    }
  }
  bool send(std::string_view text) { return session.send(std::as_bytes(std::span(text))); }
  std::string take_said() { return std::exchange(said, {}); }

  std::string said;
  std::string received;
  TlsSession session;

 private:
  static void write(void* to, std::span<std::byte const> bytes) {
    auto& end = *static_cast<TlsEnd*>(to);
    end.said.append(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  }
};

// Lets both ends say what they have to until they are quiet.
inline void exchange(TlsEnd& a, TlsEnd& b, std::size_t piece = ~std::size_t{0}) {
  for (int i = 0; i < 100 && (!a.said.empty() || !b.said.empty()); ++i) {
    b.take(a.take_said(), piece);
    a.take(b.take_said(), piece);
  }
}

}  // namespace weir

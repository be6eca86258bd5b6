// A client that speaks TLS: a session over a Client of test_net.h, whose bytes are ciphertext.
#pragma once

#include <string>
#include <string_view>

#include "tests/crypto/test_tls.h"
#include "tests/net/test_net.h"

namespace weir {

class TlsClient {
 public:
  TlsClient(Client& its_client, TlsContext& context, std::string_view peer = {})
      : client(its_client), end(context, peer) {}

  // Does what is possible now: call it from the predicate of run_until.
  void act() {
    std::size_t const size = client.received.size();
    end.take(std::string_view(client.received).substr(taken_));
    taken_ = size;
    while (!to_send_.empty() && end.session.is_open()) end.send(std::exchange(to_send_, {}));
    if (ends && end.session.is_open() && to_send_.empty()) end.session.end();
    client.send(end.take_said());
  }
  void send(std::string_view text) { to_send_ += text; }
  std::string const& received() const { return end.received; }
  bool is_open() const { return end.session.is_open(); }
  TlsFailure failure() const { return end.session.failure(); }

  Client& client;
  TlsEnd end;
  bool ends = false;  // says its end when it has sent all

 private:
  std::string to_send_;
  std::size_t taken_ = 0;
};

}  // namespace weir

#include "weir/http/tls.h"

#include <array>

namespace weir::http {

TlsOutput output_to(std::string& out) {
  auto const write = [](void* to, std::span<std::byte const> ciphertext) {
    static_cast<std::string*>(to)->append(reinterpret_cast<char const*>(ciphertext.data()),
                                          ciphertext.size());
  };
  return {write, &out};
}

void decrypt(TlsSession& session, std::span<std::byte const> ciphertext, std::string& plaintext) {
  std::array<std::byte, TlsSession::record_bytes_max> record;
  while (!ciphertext.empty()) {  // ends: each turn takes something, unless it is over
    TlsSession::Progress const progress = session.receive(ciphertext, record);
    plaintext.append(reinterpret_cast<char const*>(record.data()), progress.given);
    ciphertext = ciphertext.subspan(progress.taken);
    bool const failed = session.state() == TlsSession::State::failed;
    if (failed || progress.taken + progress.given == 0) break;
  }
}

}  // namespace weir::http

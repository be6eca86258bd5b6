// What the server's and the client's connections share of TLS.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "weir/crypto/tls_session.h"

namespace weir::http {

// Of a session whose ciphertext is appended to `out`, which outlives it.
TlsOutput output_to(std::string& out);

// Goes on with what has come, until nothing is left of it or the session is over: what is decrypted
// is appended to `plaintext`.
void decrypt(TlsSession& session, std::span<std::byte const> ciphertext, std::string& plaintext);

}  // namespace weir::http

// Sessions and whoever sits between them. The input's first byte chooses: what a stranger says to a
// server, as it is; or a client and a server whose every message is cut in pieces, and now and then
// changed, lost, doubled, or told to the wrong one. Whatever happens
//
//   * what a side receives is a prefix of what the other has sent;
//   * a session that was lied to in its handshake does not open on both sides with different keys;
//   * each call takes what it was given, or the session has ended.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/script.h"
#include "tests/crypto/test_tls.h"

namespace weir {
namespace {

// Made once: a fuzzer runs thousands of inputs a second.
struct Contexts {
  Owner<TlsContext> server = server_context();
  Owner<TlsContext> client = client_context();
  Owner<TlsContext> mutual_server = server_context(mutual_server_options());
  Owner<TlsContext> mutual_client = client_context(mutual_client_options());
};

Contexts& contexts() {
  static Contexts made;
  return made;
}

void say_to_server(std::string_view said, std::size_t piece) {
  TlsEnd server(*contexts().server);
  server.take(said, piece);
  WEIR_ASSERT(!server.session.is_open());  // nobody finishes a handshake by accident
  WEIR_ASSERT(server.received.empty());
}

class Play {
 public:
  explicit Play(bool mutual)
      : server_(mutual ? *contexts().mutual_server : *contexts().server),
        client_(mutual ? *contexts().mutual_client : *contexts().client) {}

  void run(Script script) {
    for (unsigned i = 0; i < turn_count_max && !script.empty(); ++i) {
      carry(client_, server_, script);
      carry(server_, client_, script);
      std::uint8_t const what = script.next();
      if ((what & 1) != 0) send(client_, to_server_, what);
      if ((what & 2) != 0) send(server_, to_client_, what);
      if (what >= 0xf0) client_.session.end();
      if (what == 0xef) server_.session.end();
      check();
    }
  }

 private:
  static constexpr unsigned turn_count_max = 60;

  void send(TlsEnd& from, std::string& sent, std::uint8_t what) {
    if (!from.session.is_open() || from.session.has_said_end()) return;
    std::string const text(1 + std::size_t{what} * what, static_cast<char>('a' + what % 26));
    if (from.send(text)) sent += text;
  }

  void carry(TlsEnd& from, TlsEnd& to, Script& script) {
    std::string said = from.take_said();
    if (said.empty()) return;
    std::uint8_t const what = script.next();
    std::size_t const at = std::size_t{script.next()} * said.size() / 256;
    switch (what % 16) {
      case 1:
        said[at] = static_cast<char>(said[at] ^ (1 << (what >> 5)));
        break;
      case 2:
        said.erase(at);
        break;
      case 3:
        said += said.substr(at);
        break;
      case 4:
        said.insert(at, 1, static_cast<char>(what));
        break;
      case 5:
        from.take(said);  // its own words
        break;
      default:
        break;
    }
    to.take(said, 1 + std::size_t{script.next()} * 64);
  }

  void check() const {
    WEIR_ASSERT(std::string_view(to_server_).starts_with(server_.received));
    WEIR_ASSERT(std::string_view(to_client_).starts_with(client_.received));
    if (server_.session.is_open() && server_.session.peer().has_key)
      WEIR_ASSERT(server_.session.peer().key_hash == test_key_hash(2));
    if (client_.session.is_open()) WEIR_ASSERT(client_.session.peer().key_hash == test_key_hash(1));
  }

  TlsEnd server_;
  TlsEnd client_;
  std::string to_server_;  // what has been sent
  std::string to_client_;
};

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace weir;
  if (size < 2) return 0;
  if (data[0] % 4 == 0) {
    say_to_server({reinterpret_cast<char const*>(data + 2), size - 2}, 1 + std::size_t{data[1]});
    return 0;
  }
  Play play(data[0] % 2 == 0);
  play.run(Script(data + 1, size - 1));
  return 0;
}

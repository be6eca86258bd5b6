// A TLS 1.3 echo server as OpenSSL's manual has it, on epoll: each socket belongs to an SSL, which
// reads and writes it by itself. Level-triggered; what was decrypted is encrypted and sent at once.
// It does not look for frames, only echoes bytes.
//
//   tls_epoll_echo --port N --cpu N
//
// read_ahead lets OpenSSL read more than one record, or half of one, with one call.

#include <openssl/err.h>

#include <memory>
#include <span>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/echo_server.h"
#include "bench/peers/epoll_server.h"
#include "bench/peers/tls_credentials.h"

namespace weir::bench {
namespace {

constexpr std::size_t scratch_bytes = 64 * 1024;
constexpr std::size_t read_ahead_bytes = 72 * 1024;

struct Connection {
  int descriptor = -1;
  SSL* ssl = nullptr;
  std::vector<char> unsent;
  bool shaken = false;
};

class TlsEcho {
 public:
  explicit TlsEcho(int listener) : server_(listener) {
    if (context_ == nullptr) fail("tls_epoll_echo", ENOMEM);
    SSL_CTX_set_min_proto_version(context_, TLS1_3_VERSION);
    SSL_CTX_set_num_tickets(context_, 1);
    SSL_CTX_set_read_ahead(context_, 1);
    SSL_CTX_set_default_read_buffer_len(context_, read_ahead_bytes);
    SSL_CTX_set_mode(context_, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    use_own_certificate(context_);
  }

  void run() {
    server_.run([this](Connection& connection) { begin(connection); },
                [this](Connection& connection) { return serve(connection); },
                [](Connection& connection) { end(connection); });
  }

  std::uint64_t messages() const { return messages_; }

 private:
  void begin(Connection& connection) {
    connection.ssl = SSL_new(context_);
    SSL_set_fd(connection.ssl, connection.descriptor);
    SSL_set_accept_state(connection.ssl);
  }

  // As TLS wants it, it says its end, too.
  static void end(Connection& connection) {
    if (connection.shaken) SSL_shutdown(connection.ssl);
    SSL_free(connection.ssl);
  }

  // False when the connection has ended, here and below.
  bool serve(Connection& connection) {
    ERR_clear_error();
    if (!connection.shaken) {
      int const result = SSL_do_handshake(connection.ssl);
      if (result != 1) return may_go_on(connection, result);
      connection.shaken = true;
    }
    if (!connection.unsent.empty() && !write(connection, connection.unsent)) return false;
    while (connection.unsent.empty()) {
      int const got = SSL_read(connection.ssl, scratch_.get(), static_cast<int>(scratch_bytes));
      if (got <= 0) return may_go_on(connection, got);
      ++messages_;
      if (!write(connection, {scratch_.get(), static_cast<std::size_t>(got)})) return false;
    }
    return true;
  }

  bool write(Connection& connection, std::span<char> bytes) {
    bool const waited = !connection.unsent.empty();
    int const put = SSL_write(connection.ssl, bytes.data(), static_cast<int>(bytes.size()));
    if (put > 0) {
      connection.unsent.clear();
      if (waited) server_.watch(connection, EPOLLIN);
      return true;
    }
    if (!may_go_on(connection, put)) return false;
    if (!waited) {
      connection.unsent.assign(bytes.begin(), bytes.end());
      server_.watch(connection, EPOLLOUT);
    }
    return true;
  }

  static bool may_go_on(Connection& connection, int result) {
    int const error = SSL_get_error(connection.ssl, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  }

  SSL_CTX* context_ = SSL_CTX_new(TLS_server_method());
  EpollServer<Connection> server_;
  std::unique_ptr<char[]> scratch_ = std::make_unique<char[]>(scratch_bytes);
  std::uint64_t messages_ = 0;
};

int run(int count, char** values) {
  Arguments arguments(count, values);
  int const port_number = arguments.number("port", 0);
  pin_to(arguments.number("cpu", -1));
  arguments.refuse_the_rest();

  int const listener = listen_on_loopback(port_number, SOCK_NONBLOCK);
  TlsEcho server(listener);
  announce(listener);
  server.run();
  report(server.messages());
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

// Load on a TLS echo server: as load, and handshakes.
//
//   tls_load --port N [--cpu N] --connections N --depth N --size N --seconds S --warmup S
//            --server-pid N
//   tls_load --port N [--cpu N] --handshakes N --server-pid N
//
// Each connection keeps `--depth` frames of `--size` bytes under way. With --handshakes it connects
// so many times, one after the other, has one frame echoed each time and resumes nothing. Prints
// one line of JSON; whether the echo is right is load's concern, here only its size is.

#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/frames.h"

namespace weir::bench {
namespace {

constexpr std::size_t scratch_bytes = 64 * 1024;

SSL_CTX* make_context() {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) fail("tls_load", ENOMEM);
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
  return context;
}

SSL* connect(SSL_CTX* context, int port_number) {
  SSL* const ssl = SSL_new(context);
  SSL_set_fd(ssl, connect_to_loopback(port_number));
  if (SSL_connect(ssl) != 1) fail("tls_load: a handshake failed", EPROTO);
  return ssl;
}

std::vector<char> make_frame(std::size_t size) {
  std::vector<char> frame(header_bytes + size, 'x');
  write_header(frame.data(), size);
  return frame;
}

struct Connection {
  SSL* ssl = nullptr;
  std::uint64_t to_send = 0;           // bytes
  std::uint64_t received = 0;          // bytes of the frame that comes next
  std::vector<std::uint64_t> sent_at;  // of those under way; a ring
  std::size_t oldest = 0;
};

class Load {
 public:
  Load(int port_number, unsigned connections, unsigned depth, std::size_t size)
      : frame_(make_frame(size)), connections_(connections) {
    for (Connection& one : connections_) {
      one.ssl = connect(context_, port_number);
      one.sent_at.assign(depth, 0);
      one.to_send = depth * frame_.size();
      int const flags = fcntl(SSL_get_fd(one.ssl), F_GETFL);
      fcntl(SSL_get_fd(one.ssl), F_SETFL, flags | O_NONBLOCK);
      watch(EPOLL_CTL_ADD, one, EPOLLIN);
    }
  }

  void run(double seconds) {
    std::uint64_t const end = now_ns() + static_cast<std::uint64_t>(seconds * 1e9);
    if (!started_) {
      started_ = true;
      for (Connection& one : connections_) {
        std::fill(one.sent_at.begin(), one.sent_at.end(), now_ns());
        send(one);
      }
    }
    std::array<epoll_event, 512> events;
    while (now_ns() < end) {
      int const count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < count; ++i) {
        auto& one = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
        receive(one);
        send(one);
      }
    }
  }

  void begin_measuring() {
    messages_ = 0;
    latencies_.clear();
  }
  std::uint64_t messages() const { return messages_; }
  double latency_us(double part) {
    if (latencies_.empty()) return 0;
    std::sort(latencies_.begin(), latencies_.end());
    auto const at = static_cast<std::size_t>(part * static_cast<double>(latencies_.size() - 1));
    return static_cast<double>(latencies_[at]) / 1e3;
  }

 private:
  void watch(int operation, Connection& one, std::uint32_t wanted) {
    epoll_event event{};
    event.events = wanted;
    event.data.ptr = &one;
    if (epoll_ctl(epoll_, operation, SSL_get_fd(one.ssl), &event) != 0) fail("epoll_ctl");
  }

  void receive(Connection& one) {
    for (;;) {
      int const got = SSL_read(one.ssl, scratch_.data(), static_cast<int>(scratch_.size()));
      if (got <= 0) {
        int const error = SSL_get_error(one.ssl, got);
        if (error == SSL_ERROR_WANT_READ) return;
        fail("tls_load: the server ended a connection", EPROTO);
      }
      one.received += static_cast<std::uint64_t>(got);
      for (; one.received >= frame_.size(); one.received -= frame_.size()) {
        std::uint64_t& sent_at = one.sent_at[one.oldest];
        std::uint64_t const now = now_ns();
        latencies_.push_back(now - sent_at);
        sent_at = now;
        one.oldest = (one.oldest + 1) % one.sent_at.size();
        one.to_send += frame_.size();
        ++messages_;
      }
    }
  }

  void send(Connection& one) {
    if (one.to_send == 0) return;
    while (one.to_send > 0) {
      std::size_t const left = (one.to_send - 1) % frame_.size() + 1;  // of the frame under way
      char const* const from = frame_.data() + (frame_.size() - left);
      int const put = SSL_write(one.ssl, from, static_cast<int>(left));
      if (put <= 0) {
        if (SSL_get_error(one.ssl, put) != SSL_ERROR_WANT_WRITE) fail("tls_load: write", EPROTO);
        return watch(EPOLL_CTL_MOD, one, EPOLLIN | EPOLLOUT);
      }
      one.to_send -= static_cast<std::uint64_t>(put);
    }
    watch(EPOLL_CTL_MOD, one, EPOLLIN);
  }

  SSL_CTX* context_ = make_context();
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<char> frame_;
  std::vector<char> scratch_ = std::vector<char>(scratch_bytes);
  std::vector<Connection> connections_;
  std::vector<std::uint64_t> latencies_;
  std::uint64_t messages_ = 0;
  bool started_ = false;
};

void shake_hands(int port_number, unsigned count, int server_pid) {
  SSL_CTX* const context = make_context();
  std::vector<char> const frame = make_frame(64);
  std::vector<char> echo(frame.size());
  std::uint64_t const before = cpu_ns_of(server_pid);
  std::uint64_t const begin = now_ns();
  for (unsigned i = 0; i < count; ++i) {
    SSL* const ssl = connect(context, port_number);
    if (SSL_write(ssl, frame.data(), static_cast<int>(frame.size())) <= 0) fail("tls_load", EPROTO);
    for (std::size_t got = 0; got < echo.size();) {
      int const result = SSL_read(ssl, echo.data() + got, static_cast<int>(echo.size() - got));
      if (result <= 0) fail("tls_load: no echo", EPROTO);
      got += static_cast<std::size_t>(result);
    }
    SSL_shutdown(ssl);
    close(SSL_get_fd(ssl));
    SSL_free(ssl);
  }
  usleep(100'000);  // until the server has ended the last of them, too
  std::printf("{\"handshakes\":%u,\"seconds\":%.6f,\"server_s\":%.9f}\n", count,
              static_cast<double>(now_ns() - begin) / 1e9,
              static_cast<double>(cpu_ns_of(server_pid) - before) / 1e9);
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  int const port_number = arguments.number("port", 0);
  int const server_pid = arguments.number("server-pid", 0);
  pin_to(arguments.number("cpu", -1));
  unsigned const handshakes = arguments.number("handshakes", 0u);
  unsigned const connections = arguments.number("connections", 1u);
  unsigned const depth = arguments.number("depth", 1u);
  auto const size = static_cast<std::size_t>(arguments.number("size", 64u));
  double const seconds = arguments.number("seconds", 1.0);
  double const warmup = arguments.number("warmup", 0.3);
  arguments.refuse_the_rest();
  if (handshakes > 0) {
    shake_hands(port_number, handshakes, server_pid);
    return 0;
  }

  Load load(port_number, connections, depth, size);
  load.run(warmup);
  load.begin_measuring();
  std::uint64_t const begin = now_ns();
  std::uint64_t const server_begin = cpu_ns_of(server_pid);
  CpuTime const sampled = sampled_cpu_time_of(server_pid);
  CpuTime const own = own_cpu_time();
  load.run(seconds);
  CpuTime const server_used = sampled_cpu_time_of(server_pid) - sampled;
  CpuTime const used = own_cpu_time() - own;
  std::printf(
      "{\"messages\":%llu,\"seconds\":%.6f,\"p50_us\":%.3f,\"p99_us\":%.3f,\"user_s\":%.6f,"
      "\"system_s\":%.6f,\"server_s\":%.9f,\"server_user_s\":%.6f,\"server_system_s\":%.6f}\n",
      static_cast<unsigned long long>(load.messages()), static_cast<double>(now_ns() - begin) / 1e9,
      load.latency_us(0.5), load.latency_us(0.99), used.user_s, used.system_s,
      static_cast<double>(cpu_ns_of(server_pid) - server_begin) / 1e9, server_used.user_s,
      server_used.system_s);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

// Puts load on an HTTP server: connections that each ask for the same path again and again, as soon
// as the last answer is whole; and tells what that cost the server's process.
//
//   http_load --port N --path P --bytes N --connections N --seconds S [--warmup S] [--pid N] [--cpu
//   N]
//
// The last line of its output is JSON: requests, seconds, server_cpu_us (per request). An answer
// with another status or length than `bytes` ends it.

#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"

namespace weir::bench {
namespace {

class Asker {
 public:
  Asker(int port_number, std::string const& request, std::size_t body_bytes)
      : request_(request), body_bytes_(body_bytes) {
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in const address = loopback(port_number);
    if (connect(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
      fail("connect");
    int const on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(socket_, F_SETFL, O_NONBLOCK);
  }
  int descriptor() const { return socket_; }

  void ask() {
    head_.clear();
    left_ = 0;
    in_body_ = false;
    if (write(socket_, request_.data(), request_.size()) != static_cast<ssize_t>(request_.size()))
      fail("write");
  }

  // Reads what there is; true when the answer is whole.
  bool read_some(std::vector<char>& memory) {
    while (true) {
      ssize_t const count = read(socket_, memory.data(), memory.size());
      if (count < 0 && errno == EAGAIN) return false;
      if (count <= 0) fail("the server closed a connection", EPIPE);
      if (take({memory.data(), static_cast<std::size_t>(count)})) return true;
    }
  }

 private:
  bool take(std::string_view bytes) {
    if (!in_body_) {
      head_ += bytes;
      std::size_t const end = head_.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      if (!head_.starts_with("HTTP/1.1 200")) fail("the answer is none of 200", EPROTO);
      in_body_ = true;
      std::size_t const brought = head_.size() - end - 4;
      if (brought > body_bytes_) fail("the answer is too long", EPROTO);
      left_ = body_bytes_ - brought;
    } else {
      if (bytes.size() > left_) fail("the answer is too long", EPROTO);
      left_ -= bytes.size();
    }
    return left_ == 0;
  }

  std::string const& request_;
  std::size_t body_bytes_;
  int socket_ = -1;
  bool in_body_ = false;
  std::string head_;
  std::size_t left_ = 0;
};

// For so long; how many answers came.
std::uint64_t run_for(int epoll, std::vector<char>& memory, double seconds) {
  std::uint64_t const end = now_ns() + static_cast<std::uint64_t>(seconds * 1e9);
  std::uint64_t answers = 0;
  epoll_event events[64];
  while (now_ns() < end) {
    int const count = epoll_wait(epoll, events, 64, 100);
    for (int i = 0; i < count; ++i) {
      Asker& asker = *static_cast<Asker*>(events[i].data.ptr);
      if (!asker.read_some(memory)) continue;
      ++answers;
      asker.ask();
    }
  }
  return answers;
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  int const port_number = arguments.number("port", 0);
  std::string const path = arguments.text("path", "/");
  auto const bytes = arguments.number<std::size_t>("bytes", 0);
  auto const connections = arguments.number<std::size_t>("connections", 1);
  double const seconds = arguments.number("seconds", 1.0);
  double const warmup = arguments.number("warmup", 0.2);
  int const pid = arguments.number("pid", 0);
  int const cpu = arguments.number("cpu", -1);
  arguments.refuse_the_rest();
  pin_to(cpu);

  std::string const request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::vector<Asker> askers;
  for (std::size_t i = 0; i < connections; ++i) askers.emplace_back(port_number, request, bytes);
  int const epoll = epoll_create1(EPOLL_CLOEXEC);
  for (Asker& asker : askers) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &asker;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, asker.descriptor(), &event) != 0) fail("epoll_ctl");
    asker.ask();
  }
  std::vector<char> memory(256 * 1024);
  run_for(epoll, memory, warmup);
  std::uint64_t const cpu_before = pid > 0 ? cpu_ns_of(pid) : 0;
  std::uint64_t const before = now_ns();
  std::uint64_t const answers = run_for(epoll, memory, seconds);
  double const took = static_cast<double>(now_ns() - before) / 1e9;
  double const used = pid > 0 ? static_cast<double>(cpu_ns_of(pid) - cpu_before) : 0;
  std::printf("{\"requests\":%llu,\"seconds\":%f,\"server_cpu_us\":%f}\n",
              static_cast<unsigned long long>(answers), took,
              used / 1e3 / static_cast<double>(std::max<std::uint64_t>(answers, 1)));
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

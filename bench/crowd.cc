// Many connections: what does one cost that says nothing, and what does one leave behind?
//
//   crowd idle  --port N --pid N [--cpu N] [--count N]
//   crowd churn --port N --pid N [--cpu N] [--rate N] [--seconds S]
//
// idle opens `--count` connections, each of which has one frame echoed and then stays. churn opens
// `--rate` connections a second, one after the other; each has one frame echoed and is closed. Both
// close everything and wait until the server has, too. Prints one line of JSON; `--pid` is the
// server, whose memory and descriptors are observed.

#include <poll.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/frames.h"

namespace weir::bench {
namespace {

constexpr std::size_t payload_size = 64;
constexpr int patience_ms = 5'000;

struct Server {
  int port_number;
  int pid;

  std::size_t descriptor_count() const {
    std::filesystem::directory_iterator const all("/proc/" + std::to_string(pid) + "/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  long resident_kib() const { return resident_kib_of(pid); }
};

// Each from another loopback address: there are more connections in a minute than port numbers.
int connect_from(unsigned n, int port_number) {
  int const connected = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connected < 0) fail("crowd: socket");
  int const on = 1;
  setsockopt(connected, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(connected, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in own = loopback(0);
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + n % 16);
  if (bind(connected, reinterpret_cast<sockaddr const*>(&own), sizeof own) != 0) {
    fail("crowd: bind");
  }
  sockaddr_in const address = loopback(port_number);
  if (connect(connected, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
    fail("crowd: connect");
  }
  return connected;
}

void echo_once(int descriptor) {
  std::array<char, header_bytes + payload_size> sent;
  sent.fill('c');
  write_header(sent.data(), payload_size);
  auto const size = static_cast<ssize_t>(sent.size());
  if (write(descriptor, sent.data(), sent.size()) != size) fail("crowd: write");
  std::array<char, sent.size()> echo;
  for (std::size_t received = 0; received < echo.size();) {
    pollfd readable{descriptor, POLLIN, 0};
    if (poll(&readable, 1, patience_ms) <= 0) fail("crowd: no echo", ETIMEDOUT);
    ssize_t const result = read(descriptor, echo.data() + received, echo.size() - received);
    if (result <= 0) fail("crowd: the server ended a connection");
    received += static_cast<std::size_t>(result);
  }
  if (echo != sent) fail("crowd: the echo is different", EBADMSG);
}

// The server closes what its clients have closed a moment later.
std::size_t descriptors_left(Server const& server, std::size_t before) {
  std::size_t left = server.descriptor_count();
  for (int ms = 0; left > before && ms < patience_ms; ms += 10) {
    usleep(10'000);
    left = server.descriptor_count();
  }
  return left - before;
}

void idle(Server const& server, unsigned count) {
  std::vector<int> connections;
  connections.reserve(count);
  std::size_t const descriptors_before = server.descriptor_count();
  // Whatever the first connection makes the server allocate is not of the others.
  int const first = connect_from(0, server.port_number);
  echo_once(first);
  close(first);
  long const resident_before = server.resident_kib();
  for (unsigned i = 0; i < count; ++i) {
    connections.push_back(connect_from(i, server.port_number));
    echo_once(connections.back());
  }
  long const resident_after = server.resident_kib();
  for (int const connection : connections) close(connection);
  std::size_t const left = descriptors_left(server, descriptors_before);
  std::printf("{\"count\":%u,\"kib_each\":%.3f,\"descriptors_left\":%zu}\n", count,
              static_cast<double>(resident_after - resident_before) / count, left);
}

void churn(Server const& server, unsigned rate, double seconds) {
  std::size_t const descriptors_before = server.descriptor_count();
  auto const total = static_cast<unsigned>(rate * seconds);
  std::uint64_t const begin = now_ns();
  long resident_before = 0;
  for (unsigned i = 0; i < total; ++i) {
    std::uint64_t const due = begin + std::uint64_t{i} * 1'000'000'000u / rate;
    if (std::uint64_t const now = now_ns(); now < due) {
      usleep(static_cast<useconds_t>((due - now) / 1'000));
    }
    int const connection = connect_from(i, server.port_number);
    echo_once(connection);
    close(connection);
    if (i == rate) resident_before = server.resident_kib();  // after a second of them
  }
  double const took = static_cast<double>(now_ns() - begin) / 1e9;
  std::size_t const left = descriptors_left(server, descriptors_before);
  std::printf("{\"count\":%u,\"rate\":%.1f,\"resident_growth_kib\":%ld,\"descriptors_left\":%zu}\n",
              total, total / took, server.resident_kib() - resident_before, left);
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  Server const server{arguments.number("port", 0), arguments.number("pid", 0)};
  pin_to(arguments.number("cpu", -1));
  unsigned const connections = arguments.number("count", 10'000u);
  unsigned const rate = arguments.number("rate", 500u);
  double const seconds = arguments.number("seconds", 60.0);
  std::string const what = arguments.word();
  arguments.refuse_the_rest();
  if (what == "idle") idle(server, connections);
  else if (what == "churn") churn(server, rate, seconds);
  else fail("crowd: idle or churn?", EINVAL);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

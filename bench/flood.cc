// Never-reading senders beside a well-behaved client: does the server's memory stay bounded, does
// it stop the senders, does the client notice?
//
//   flood --port N --pid N [--cpu N] [--senders N] [--size BYTES] [--seconds S] [--alone]
//
// The senders write frames of `--size` bytes as fast as the server takes them and read nothing. The
// client sends one 64-byte frame at a time and waits for its echo. --alone runs the client without
// senders. Prints one line of JSON; `--pid` is the server, whose resident memory is observed.

#include <poll.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/frames.h"

namespace weir::bench {
namespace {

constexpr std::size_t ping_bytes = 64;
constexpr int ping_patience_ms = 5'000;

void append_frame(std::vector<char>& to, std::size_t payload_size, char fill) {
  std::size_t const begin = to.size();
  to.resize(begin + header_bytes + payload_size, fill);
  write_header(to.data() + begin, payload_size);
}

class Senders {
 public:
  Senders(int port_number, unsigned count, std::size_t frame_bytes) {
    for (unsigned i = 0; i < count; ++i) senders_.push_back({connect_to_loopback(port_number), 0});
    for (unsigned i = 0; i < 64; ++i) append_frame(frames_, frame_bytes, 's');
  }

  // A burst from each, as much as goes without waiting.
  void send() {
    for (Sender& sender : senders_) {
      for (int bursts = 16; bursts > 0 && send_once(sender); --bursts) continue;
    }
  }

  std::uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  struct Sender {
    int descriptor;
    std::size_t offset;  // in frames_
  };

  bool send_once(Sender& sender) {
    std::span<char const> const left = std::span(frames_).subspan(sender.offset);
    ssize_t const result =
        ::send(sender.descriptor, left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (result <= 0) return false;  // the server may also have closed it: that stops it as well
    sender.offset = (sender.offset + static_cast<std::size_t>(result)) % frames_.size();
    sent_bytes_ += static_cast<std::uint64_t>(result);
    return true;
  }

  std::vector<Sender> senders_;
  std::vector<char> frames_;
  std::uint64_t sent_bytes_ = 0;
};

class Client {
 public:
  explicit Client(int port_number) : descriptor_(connect_to_loopback(port_number)) {
    append_frame(frame_, ping_bytes, 'p');
  }

  // False when no echo came in time.
  bool ping() {
    std::uint64_t const begin = now_ns();
    auto const size = static_cast<ssize_t>(frame_.size());
    if (write(descriptor_, frame_.data(), frame_.size()) != size) fail("flood: ping");
    std::array<char, header_bytes + ping_bytes> echo;
    for (std::size_t received = 0; received < echo.size();) {
      pollfd readable{descriptor_, POLLIN, 0};
      if (poll(&readable, 1, ping_patience_ms) <= 0) return false;
      ssize_t const result = read(descriptor_, echo.data() + received, echo.size() - received);
      if (result <= 0) fail("flood: the server ended the client's connection");
      received += static_cast<std::size_t>(result);
    }
    if (!std::ranges::equal(echo, frame_)) fail("flood: the echo is different", EBADMSG);
    latencies_ns_.push_back(now_ns() - begin);
    return true;
  }

  std::size_t pings() const { return latencies_ns_.size(); }

  double latency_us(double share) {
    if (latencies_ns_.empty()) return 0;
    std::ranges::sort(latencies_ns_);
    double const last = static_cast<double>(latencies_ns_.size() - 1);
    return static_cast<double>(latencies_ns_[static_cast<std::size_t>(share * last)]) / 1e3;
  }

 private:
  int descriptor_;
  std::vector<char> frame_;
  std::vector<std::uint64_t> latencies_ns_;
};

int run(int count, char** values) {
  Arguments arguments(count, values);
  int const port_number = arguments.number("port", 0);
  int const server = arguments.number("pid", 0);
  int const cpu = arguments.number("cpu", -1);
  unsigned const senders_wanted = arguments.number("senders", 64u);
  std::size_t const size = arguments.number("size", std::size_t{1000});
  double const seconds = arguments.number("seconds", 10.0);
  bool const alone = arguments.flag("alone");
  arguments.refuse_the_rest();

  pin_to(cpu);
  Client client(port_number);
  bool stalled = !client.ping();
  long const resident_kib_start = resident_kib_of(server);
  long resident_kib_max = resident_kib_start;
  Senders senders(port_number, alone ? 0 : senders_wanted, size);

  std::uint64_t const begin = now_ns();
  std::uint64_t const end = begin + static_cast<std::uint64_t>(seconds * 1e9);
  std::uint64_t const last_second = end - std::min<std::uint64_t>(end - begin, 1'000'000'000);
  std::uint64_t next_look = begin;
  std::uint64_t sent_before_last_second = 0;
  for (std::uint64_t now = begin; now < end && !stalled; now = now_ns()) {
    senders.send();
    stalled = !client.ping();
    if (now <= last_second) sent_before_last_second = senders.sent_bytes();
    if (now < next_look) continue;
    resident_kib_max = std::max(resident_kib_max, resident_kib_of(server));
    next_look = now + 20'000'000;
  }
  std::printf(
      "{\"resident_kib_start\":%ld,\"resident_kib_max\":%ld,\"pings\":%zu,\"ping_p50_us\":%.1f,"
      "\"ping_p99_us\":%.1f,\"ping_max_us\":%.1f,\"sent_bytes\":%llu,"
      "\"sent_bytes_last_second\":%llu,\"stalled\":%s}\n",
      resident_kib_start, resident_kib_max, client.pings(), client.latency_us(0.5),
      client.latency_us(0.99), client.latency_us(1),
      static_cast<unsigned long long>(senders.sent_bytes()),
      static_cast<unsigned long long>(senders.sent_bytes() - sent_before_last_second),
      stalled ? "true" : "false");
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

// A framed echo server on epoll, the baseline that io_uring has to beat; for TCP, or with --unix
// for UNIX sockets. Level-triggered; one read and at most one write per event:
//
//   readv ─┬─▶ the remainder of the frame that is under way, in memory of its own
//          └─▶ one scratch buffer for all connections, which stays in the cache
//   sendmsg ◀── the frame just finished, then the whole frames in scratch, from where they are
//
// What is left in scratch starts the next frame under way. What the socket does not take is copied,
// and its connection is not read again before that is out.

#include <sys/uio.h>

#include <memory>
#include <span>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/echo_server.h"
#include "bench/peers/epoll_server.h"
#include "bench/peers/frames.h"

namespace weir::bench {
namespace {

constexpr std::size_t scratch_bytes = 256 * 1024;

// A frame whose end has not arrived: size <= wanted() <= capacity.
class PartialFrame {
 public:
  bool empty() const { return size_ == 0; }
  bool whole() const { return size_ >= header_bytes && size_ == wanted(); }
  bool garbage() const {
    return size_ >= header_bytes && payload_bytes(data_.get()) > payload_bytes_max;
  }

  // Where the bytes go that are still missing, as far as that is known.
  std::span<char> missing() {
    return empty() ? std::span<char>{} : std::span(data_.get() + size_, wanted() - size_);
  }
  std::span<char> bytes() { return {data_.get(), size_}; }

  // `size` bytes have been written to missing().
  void grow(std::size_t size) {
    size_ += size;
    if (!garbage()) reserve(wanted());
  }

  // Takes what it needs, and returns the rest.
  std::span<char> absorb(std::span<char> from) {
    while (!from.empty() && !whole() && !garbage()) {
      reserve(wanted());
      std::size_t const taken = std::min(from.size(), wanted() - size_);
      std::memcpy(data_.get() + size_, from.data(), taken);
      size_ += taken;
      from = from.subspan(taken);
    }
    return from;
  }

  void clear() { size_ = 0; }

 private:
  std::size_t wanted() const {
    return size_ < header_bytes ? header_bytes : header_bytes + payload_bytes(data_.get());
  }

  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), data_.get(), size_);
    data_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

struct Connection {
  int descriptor = -1;
  PartialFrame partial;
  std::vector<char> unsent;  // what the socket did not take, from unsent_begin
  std::size_t unsent_begin = 0;
};

class EpollEcho {
 public:
  EpollEcho(int listener, bool spins) : server_(listener, spins) {}

  void run() {
    server_.run([](Connection&) {},
                [this](Connection& connection) {
                  return connection.unsent.empty() ? read(connection) : write(connection);
                },
                [](Connection&) {});
  }

  std::uint64_t frames() const { return frames_; }

 private:
  // False when the connection has ended, here and in the functions below.
  bool read(Connection& connection) {
    PartialFrame& partial = connection.partial;
    std::span<char> const missing = partial.missing();
    iovec const into[2] = {{missing.data(), missing.size()}, {scratch_.get(), scratch_bytes}};
    ssize_t const result = missing.empty()
                               ? ::read(connection.descriptor, scratch_.get(), scratch_bytes)
                               : readv(connection.descriptor, into, 2);
    if (result <= 0) return result < 0 && (errno == EAGAIN || errno == EINTR);

    std::size_t const received = static_cast<std::size_t>(result);
    std::size_t const direct = std::min(received, missing.size());
    std::span<char> rest(scratch_.get(), received - direct);
    if (!partial.empty()) {
      partial.grow(direct);
      rest = partial.absorb(rest);
    }
    return echo(connection, rest);
  }

  bool echo(Connection& connection, std::span<char> rest) {
    PartialFrame& partial = connection.partial;
    std::size_t const whole = whole_frames(rest.data(), rest.size(), frames_);
    iovec pieces[2];
    std::size_t count = 0;
    if (partial.whole()) {
      pieces[count++] = {partial.bytes().data(), partial.bytes().size()};
      ++frames_;
    }
    if (whole > 0) pieces[count++] = {rest.data(), whole};
    if (count > 0 && !send(connection, {pieces, count})) return false;

    if (partial.whole()) partial.clear();
    partial.absorb(rest.subspan(whole));
    return !partial.garbage();
  }

  bool send(Connection& connection, std::span<iovec> pieces) {
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    ssize_t const result = sendmsg(connection.descriptor, &message, MSG_NOSIGNAL);
    if (result < 0 && errno != EAGAIN && errno != EINTR) return false;

    std::size_t sent = result < 0 ? 0 : static_cast<std::size_t>(result);
    for (iovec const& piece : pieces) {
      std::size_t const skipped = std::min(sent, piece.iov_len);
      sent -= skipped;
      char const* const data = static_cast<char const*>(piece.iov_base);
      connection.unsent.insert(connection.unsent.end(), data + skipped, data + piece.iov_len);
    }
    if (!connection.unsent.empty()) server_.watch(connection, EPOLLOUT);
    return true;
  }

  bool write(Connection& connection) {
    std::span<char> const left = std::span(connection.unsent).subspan(connection.unsent_begin);
    ssize_t const result = ::send(connection.descriptor, left.data(), left.size(), MSG_NOSIGNAL);
    if (result < 0) return errno == EAGAIN || errno == EINTR;

    connection.unsent_begin += static_cast<std::size_t>(result);
    if (connection.unsent_begin < connection.unsent.size()) return true;
    connection.unsent.clear();
    connection.unsent_begin = 0;
    server_.watch(connection, EPOLLIN);
    return true;
  }

  EpollServer<Connection> server_;
  std::unique_ptr<char[]> scratch_ = std::make_unique<char[]>(scratch_bytes);
  std::uint64_t frames_ = 0;
};

int run(int count, char** values) {
  Arguments arguments(count, values);
  int const port_number = arguments.number("port", 0);
  bool const local = arguments.flag("unix");
  bool const spins = arguments.flag("spin");
  pin_to(arguments.number("cpu", -1));
  arguments.refuse_the_rest();

  int const listener = local ? listen_on_own_unix_name(SOCK_NONBLOCK)
                             : listen_on_loopback(port_number, SOCK_NONBLOCK);
  EpollEcho server(listener, spins);
  if (local) announce_own_unix_name();
  else announce(listener);
  server.run();
  report(server.frames());
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

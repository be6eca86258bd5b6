// A framed TCP echo server on Asio as one would write it: callbacks, one thread, no locks, 256 KiB
// per connection. A connection reads, sends back the whole frames, and reads again.

#define ASIO_STANDALONE
#include <asio.hpp>
#include <memory>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/echo_server.h"
#include "bench/peers/frames.h"

namespace weir::bench {
namespace {

using asio::ip::tcp;

constexpr std::size_t connection_bytes = 256 * 1024;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::uint64_t& frames)
      : socket_(std::move(socket)), frames_(frames) {}

  void read() {
    socket_.async_read_some(
        asio::buffer(buffer_.data() + size_, buffer_.size() - size_),
        [self = shared_from_this()](asio::error_code error, std::size_t received) {
          if (!error) self->on_read(received);
        });
  }

 private:
  void on_read(std::size_t received) {
    size_ += received;
    whole_ = whole_frames(buffer_.data(), size_, frames_);
    if (whole_ > 0) {
      write();
    } else if (make_room()) {
      read();
    }
  }

  void write() {
    asio::async_write(socket_, asio::buffer(buffer_.data(), whole_),
                      [self = shared_from_this()](asio::error_code error, std::size_t) {
                        if (!error) self->on_written();
                      });
  }

  void on_written() {
    size_ -= whole_;
    std::memmove(buffer_.data(), buffer_.data() + whole_, size_);
    if (make_room()) read();
  }

  // For the frame at the front. False when it is garbage.
  bool make_room() {
    if (size_ < header_bytes) return true;
    std::size_t const frame = header_bytes + payload_bytes(buffer_.data());
    if (frame > header_bytes + payload_bytes_max) return false;
    if (frame > buffer_.size()) buffer_.resize(frame);
    return true;
  }

  tcp::socket socket_;
  std::uint64_t& frames_;
  std::vector<char> buffer_ = std::vector<char>(connection_bytes);
  std::size_t size_ = 0;   // received and not sent yet
  std::size_t whole_ = 0;  // of these, being sent
};

class AsioEcho {
 public:
  explicit AsioEcho(int listener)
      : acceptor_(context_, tcp::v4(), listener), stop_(context_, open_stop_signal()) {}

  void run() {
    accept();
    stop_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [this](asio::error_code) { context_.stop(); });
    context_.run();
  }

  std::uint64_t frames() const { return frames_; }

 private:
  void accept() {
    acceptor_.async_accept([this](asio::error_code error, tcp::socket socket) {
      if (!error) std::make_shared<Connection>(std::move(socket), frames_)->read();
      accept();
    });
  }

  std::uint64_t frames_ = 0;
  asio::io_context context_{ASIO_CONCURRENCY_HINT_UNSAFE};
  tcp::acceptor acceptor_;
  asio::posix::stream_descriptor stop_;
};

int run(int count, char** values) {
  Arguments arguments(count, values);
  int const port_number = arguments.number("port", 0);
  pin_to(arguments.number("cpu", -1));
  arguments.refuse_the_rest();

  int const listener = listen_on_loopback(port_number, SOCK_NONBLOCK);
  AsioEcho server(listener);
  announce(listener);
  server.run();
  report(server.frames());
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

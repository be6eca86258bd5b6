// asio_loop [PORT NUMBER]: Weir inside Asio's loop. Asio accepts, and waits for signals; each
// connection is handed over to a flow, which sends lines back in capitals.
#include <asio.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "examples/foreign_loops/shouting.h"

namespace {

using asio::ip::tcp;

// A worker as a part of an io_context. Whoever does something to the worker, from a handler of
// another part, calls go_on() afterwards.
class WeirInAsio {
 public:
  WeirInAsio(asio::io_context& loop, weir::Worker& worker)
      : loop_(loop), worker_(worker), descriptor_(loop, worker.descriptor()), timer_(loop) {}
  ~WeirInAsio() { descriptor_.release(); }  // which is the worker's to close
  WeirInAsio(WeirInAsio const&) = delete;
  WeirInAsio& operator=(WeirInAsio const&) = delete;

  void go_on() {
    bool const may_wait = worker_.run_some();
    if (worker_.stopped()) return end();
    if (!may_wait) return post();
    if (!std::exchange(watching_, true)) {
      descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                             [this](asio::error_code const& error) {
                               watching_ = false;
                               if (!error) go_on();
                             });
    }
    wait_until(worker_.next_deadline());
  }

 private:
  // After what else the loop has to do.
  void post() {
    if (std::exchange(posted_, true)) return;
    asio::post(loop_, [this] {
      posted_ = false;
      go_on();
    });
  }

  void wait_until(weir::Instant deadline) {
    if (deadline == weir::never) {
      timer_.cancel();
      return;
    }
    weir::Instant const now = worker_.clock().now();
    timer_.expires_after(std::chrono::nanoseconds(deadline > now ? deadline - now : 0));
    timer_.async_wait([this](asio::error_code const& error) {
      if (!error) go_on();
    });
  }

  void end() {
    timer_.cancel();
    descriptor_.cancel();
  }

  asio::io_context& loop_;
  weir::Worker& worker_;
  asio::posix::stream_descriptor descriptor_;
  asio::steady_timer timer_;
  bool watching_ = false;
  bool posted_ = false;
};

class Server {
 public:
  Server(asio::io_context& loop, weir::Worker& worker, std::uint16_t port_number)
      : acceptor_(loop, tcp::endpoint(asio::ip::address_v4::loopback(), port_number)),
        signals_(loop, SIGTERM, SIGINT),
        worker_(worker),
        weir_(loop, worker),
        connections_(worker.make_dialer(weir::line_frames)) {
    worker.add(example::shouting(connections_, lines_));
  }

  std::uint16_t port_number() const { return acceptor_.local_endpoint().port(); }

  void start() {
    accept();
    signals_.async_wait([this](asio::error_code const&, int) {
      acceptor_.close();
      worker_.stop();  // answers what has come, and closes
      weir_.go_on();
      std::signal(SIGTERM, SIG_DFL);  // the next one ends the process
    });
    weir_.go_on();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](asio::error_code const& error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) hand_over(std::move(socket));
      accept();
    });
  }

  // From here on the connection is the flow's.
  void hand_over(tcp::socket socket) {
    int const descriptor = socket.release();
    weir::Result<weir::ConnectionId> const taken = connections_.adopt(descriptor);
    if (!taken) ::close(descriptor);
    weir_.go_on();
  }

  tcp::acceptor acceptor_;
  asio::signal_set signals_;
  weir::Worker& worker_;
  WeirInAsio weir_;
  weir::Endpoint& connections_;
  std::uint64_t lines_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  auto const port_number = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 7000);
  auto made = weir::Worker::make();
  if (!made) {
    std::fprintf(stderr, "asio_loop: %s\n", made.error().message.c_str());
    return 1;
  }
  std::unique_ptr<weir::Worker> const worker = std::move(made).value();
  try {
    asio::io_context loop;
    Server server(loop, *worker, port_number);
    std::printf("listening on 127.0.0.1:%d\n", server.port_number());
    std::fflush(stdout);
    server.start();
    loop.run();
  } catch (std::exception const& error) {
    std::fprintf(stderr, "asio_loop: %s\n", error.what());
    return 1;
  }
  return 0;
}

// echo_coroutines [PORT NUMBER]: sends back what it receives, a coroutine for each connection. All
// of them share one pool, of which an idle connection holds nothing. SIGINT and SIGTERM end
// it: what has been received by then is sent back.
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "weir/ring/buffer_pool.h"
#include "weir/ring/byte_stream.h"
#include "weir/ring/kernel.h"
#include "weir/ring/scope.h"
#include "weir/ring/stop_on_signals.h"
#include "weir/ring/when.h"

namespace {

using namespace weir;

constexpr std::uint32_t connections_max = 10'000;

task<Finished<Descriptor>> accept_one(Async ring, Descriptor const& listener) {
  co_return co_await ring.accept(listener);
}

// A stop ends the reading; what was read is sent back.
task<> echo(Async ring, Descriptor socket, BufferPool& pool, Stop& stop) {
  SocketStream connection(ring, std::move(socket));
  for (;;) {
    auto [count, received] = co_await with_stop(stop, connection.read(pool));
    if (count <= 0) break;
    auto [sent, given_back] = co_await connection.write(std::move(received));
    if (sent < 0) break;
  }
  co_await connection.close();
}

// Until it is stopped, and then until all have been answered; or the listener fails: then -errno.
task<std::int32_t> serve(Async ring, Descriptor const& listener, BufferPool& pool, Stop& stop) {
  Scope connections(co_await CurrentStop{}, connections_max);
  std::int32_t failure = 0;
  while (failure == 0) {
    auto [result, socket] = co_await with_stop(stop, accept_one(ring, listener));
    if (result == -ECANCELED) break;
    if (result == -EMFILE || result == -ENFILE || result == -ENOBUFS) {
      std::int32_t const slept = co_await ring.sleep(10 * milliseconds);  // until others have ended
      if (slept != 0) break;
    } else if (result < 0 && result != -ECONNABORTED) {
      failure = result;
      stop.request();
    } else if (socket && connections.count() < connections_max) {  // one too many is closed
      static_cast<void>(connections.spawn(echo(ring, std::move(socket), pool, stop)));
    }
  }
  co_await connections.join();
  co_return failure;
}

task<std::int32_t> serve_until_signal(Async ring, Descriptor const& listener, BufferPool& pool,
                                      Signals& signals) {
  Stop stop;
  Stop hurry;
  Scope watch;
  static_cast<void>(watch.spawn(stop_on_signals(ring, signals, stop, hurry)));
  std::int32_t const failure = co_await with_stop(hurry, serve(ring, listener, pool, stop));
  watch.stop();
  co_await watch.join();
  co_return failure;
}

int run(Ring& ring, Signals& signals, BufferPool& pool, std::uint16_t port_number) {
  Async const async(ring);
  Result<Descriptor> const listener = async.open_listener(Address::loopback(port_number));
  if (!listener) {
    std::fprintf(stderr, "echo_coroutines: %s\n", listener.error().message.c_str());
    return 1;
  }
  Address const address = ring.kernel().local_address(listener.value().number()).value();
  std::printf("listening on %s\n", address.text().c_str());
  std::fflush(stdout);
  std::int32_t const failure =
      block_on(ring, serve_until_signal(async, listener.value(), pool, signals));
  if (failure == 0) return 0;
  std::fprintf(stderr, "echo_coroutines: accept: %s\n", std::strerror(-failure));
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  int const port_number = count > 1 ? std::atoi(arguments[1]) : 7000;
  if (count > 2 || port_number < 0 || port_number > 65'535) {
    std::fprintf(stderr, "usage: echo_coroutines [PORT NUMBER]\n");
    return 2;
  }
  Signals signals;  // outlives the ring, which may still read into it
  Result<std::unique_ptr<Ring>> made = Ring::make(make_kernel());
  Result<void> const opened =
      made ? signals.open(**made, std::array{SIGINT, SIGTERM}) : Result<void>(made.error());
  if (!opened) {
    std::fprintf(stderr, "echo_coroutines: %s\n", opened.error().message.c_str());
    return 1;
  }
  std::unique_ptr<Ring> const ring = std::move(made).value();
  Result<std::unique_ptr<BufferPool>> pool =
      BufferPool::make(*ring, {.count = 64, .size = 16 * 1024, .whole_buffers = true});
  if (!pool) {
    std::fprintf(stderr, "echo_coroutines: %s\n", pool.error().message.c_str());
    return 1;
  }
  int const status = run(*ring, signals, **pool, static_cast<std::uint16_t>(port_number));
  ring->finish();  // before the pool goes
  return status;
}

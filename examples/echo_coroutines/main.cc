// echo_coroutines [PORT NUMBER]: sends back what it receives, a coroutine for each connection. All
// of them share one pool, of which an idle connection holds nothing. SIGINT and SIGTERM end it.
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
#include "weir/ring/signals.h"
#include "weir/ring/when.h"

namespace {

using namespace weir;

constexpr std::uint32_t connections_max = 10'000;

task<> echo(Async ring, Descriptor socket, BufferPool& pool) {
  SocketStream connection(ring, std::move(socket));
  for (;;) {
    auto [count, received] = co_await connection.read(pool);
    if (count <= 0) break;
    auto [sent, given_back] = co_await connection.write(std::move(received));
    if (sent < 0) break;
  }
  co_await connection.close();
}

// Until it is stopped, or the listener fails: then -errno.
task<std::int32_t> serve(Async ring, Descriptor const& listener, BufferPool& pool) {
  Scope connections(co_await CurrentStop{}, connections_max);
  std::int32_t failure = 0;
  for (;;) {
    auto [result, socket] = co_await ring.accept(listener);
    if (result == -ECANCELED) break;
    if (result == -EMFILE || result == -ENFILE || result == -ENOBUFS) {
      std::int32_t const slept = co_await ring.sleep(10 * milliseconds);  // until others have ended
      if (slept == 0) continue;
      break;
    }
    if (result < 0 && result != -ECONNABORTED) {
      failure = result;
      connections.stop();
      break;
    }
    // One too many is closed.
    if (socket && connections.count() < connections_max)
      static_cast<void>(connections.spawn(echo(ring, std::move(socket), pool)));
  }
  co_await connections.join();
  co_return failure;
}

task<std::int32_t> wait_for_signal(Async ring, Signals& signals) {
  co_return co_await ring.operation(
      KeepsNothing{},
      [&signals](Ring&, OperationSlot& slot, KeepsNothing&) { signals.next(slot.completion); });
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
  auto const first = block_on(
      ring, when_any(serve(async, listener.value(), pool), wait_for_signal(async, signals)));
  std::int32_t const* const failure = std::get_if<0>(&first);
  if (failure == nullptr) return 0;
  std::fprintf(stderr, "echo_coroutines: accept: %s\n", std::strerror(-*failure));
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

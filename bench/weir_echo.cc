// Weir's side of the echo benchmark: frames in, decoded, looked at, encoded, out again.
//
//   weir_echo --port N --cpu N [--buffers COUNTxBYTES] [--tick-budget ITEMS] [--tell-left]
//
// With --tell-left it prints a line of JSON at each SIGUSR1: what it still has of its connections.

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/echo_server.h"
#include "weir/weir.h"

namespace weir::bench {
namespace {

Worker* running = nullptr;
std::atomic<bool> asked{false};
std::atomic<bool> stopping{false};

// What was there before the first connection (the accept) does not count.
void tell_left(Worker& worker, Endpoint const& server, std::uint32_t operations_at_rest) {
  std::printf(
      "{\"connections\":%u,\"pressure_bytes\":%llu,\"unfinished_bytes\":%llu,"
      "\"buffers\":%u,\"operations\":%u}\n",
      server.connection_count(), static_cast<unsigned long long>(worker.net().pressure()),
      static_cast<unsigned long long>(worker.net().unfinished_bytes()), worker.net().buffers_out(),
      worker.ring().pending_count() - operations_at_rest);
  std::fflush(stdout);
}

struct Geometry {
  std::uint32_t count = 0;
  std::uint32_t bytes = 0;
};

Geometry geometry_of(std::string const& text) {
  Geometry geometry;
  if (!text.empty()) std::sscanf(text.c_str(), "%ux%u", &geometry.count, &geometry.bytes);
  return geometry;
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  auto const port = static_cast<std::uint16_t>(arguments.number("port", 0));
  pin_to(static_cast<int>(arguments.number("cpu", -1)));
  Geometry const geometry = geometry_of(arguments.text("buffers", ""));
  auto const tick_items = static_cast<std::int64_t>(arguments.number("tick-budget", 0));
  bool const tells_left = arguments.flag("tell-left");
  arguments.refuse_the_rest();

  WorkerOptions options;
  options.limits.pool_buffer_count = geometry.count;
  options.limits.pool_buffer_bytes = geometry.bytes;
  auto made = Worker::make(std::move(options));
  if (!made) fail(made.error().message.c_str(), made.error().code);
  Worker& worker = **made;
  auto listening = worker.listen(Address::loopback(port));
  if (!listening) fail(listening.error().message.c_str(), listening.error().code);
  Endpoint& server = **listening;

  std::uint64_t frames = 0;
  std::uint64_t touched = 0;
  FlowHandle handle =
      worker.add(weir::flow(source_tcp(server) >> decode(ViewCodec{}, refuse(server)) >>
                            map([&](ConnectionId from, View payload) {
                              ++frames;
                              if (!payload.empty()) {
                                touched += static_cast<std::uint64_t>(payload[0]) +
                                           static_cast<std::uint64_t>(payload[payload.size() - 1]);
                              }
                              return std::pair{from, payload};
                            }) >>
                            encode(ViewCodec{}) >> dest_tcp(server)));
  if (tick_items > 0) handle.graph().set_budget({tick_items, never});

  running = &worker;
  std::signal(SIGTERM, [](int) {
    stopping = true;
    running->stop();
  });
  std::printf("listening %u\n", static_cast<unsigned>(server.address().port_number()));
  std::fflush(stdout);
  if (tells_left) {
    std::signal(SIGUSR1, [](int) {
      asked = true;
      running->ring().wake();
    });
    worker.step(worker.clock().now());  // it accepts from now on
    std::uint32_t const operations_at_rest = worker.ring().pending_count();
    while (!stopping) {
      worker.step();
      if (asked.exchange(false)) tell_left(worker, server, operations_at_rest);
    }
  }
  worker.run();
  report(frames);
  return touched == 1 ? 1 : 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

// Weir's side of the echo benchmark: frames in, decoded, looked at, encoded, out again.
//
//   weir_echo --port N --cpu N [--buffers COUNTxBYTES] [--tick-budget ITEMS] [--tell-left]
//             [--spin-us N] [--unix | --udp]
//
// With --spin-us it looks for something to do for so long before it sleeps. With --unix it listens
// at an abstract name, with --udp it echoes datagrams. With --tell-left it prints a line of JSON at
// each SIGUSR1: what it still has of its connections.

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/echo_server.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/tcp.h"
#include "weir/io/udp.h"
#include "weir/net/net.h"
#include "weir/worker/worker.h"

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

// What the flow does with each payload, so that it is really there.
struct Touch {
  std::uint64_t items = 0;
  std::uint64_t sum = 0;

  void operator()(View payload) {
    ++items;
    if (payload.empty()) return;
    sum += static_cast<std::uint64_t>(payload[0]);
    sum += static_cast<std::uint64_t>(payload[payload.size() - 1]);
  }
};

template <class T>
T& value_or_fail(Result<T*> const& made) {
  if (!made) fail(made.error().message.c_str(), made.error().code);
  return *made.value();
}

void stop_on_signal(Worker& worker) {
  running = &worker;
  std::signal(SIGTERM, [](int) {
    stopping = true;
    running->stop();
  });
}

void announce(Address const& address, bool local) {
  if (local) std::printf("listening @%s\n", own_unix_name().c_str());
  else std::printf("listening %u\n", static_cast<unsigned>(address.port_number()));
  std::fflush(stdout);
}

int echo_datagrams(Worker& worker, std::uint16_t port) {
  DatagramOptions options;
  options.datagram_bytes_max = 2048;
  options.buffer_count = 256;
  DatagramEndpoint& udp =
      value_or_fail(worker.net().open_datagrams(Address::loopback(port), options));
  Touch touch;
  worker.add(weir::flow(source_udp(worker, udp) >> map([&touch](Address const& from, View payload) {
                          touch(payload);
                          return Datagram{from, payload};
                        }) >>
                        dest_udp(udp)));
  stop_on_signal(worker);
  announce(udp.address(), false);
  worker.run();
  report(touch.items);
  return touch.sum == 1 ? 1 : 0;
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  auto const port = static_cast<std::uint16_t>(arguments.number("port", 0));
  pin_to(static_cast<int>(arguments.number("cpu", -1)));
  Geometry const geometry = geometry_of(arguments.text("buffers", ""));
  auto const tick_items = static_cast<std::int64_t>(arguments.number("tick-budget", 0));
  bool const tells_left = arguments.flag("tell-left");
  auto const spin_us = arguments.number("spin-us", std::uint64_t{0});
  bool const local = arguments.flag("unix");
  bool const datagrams = arguments.flag("udp");
  arguments.refuse_the_rest();

  WorkerOptions options;
  options.limits.pool_buffer_count = geometry.count;
  options.limits.pool_buffer_bytes = geometry.bytes;
  options.spin_time = spin_us * microseconds;
  auto made = Worker::make(std::move(options));
  if (!made) fail(made.error().message.c_str(), made.error().code);
  Worker& worker = **made;
  if (datagrams) return echo_datagrams(worker, port);
  Address const at = local ? Address::abstract(own_unix_name()).value() : Address::loopback(port);
  Endpoint& server = value_or_fail(worker.listen(at));

  Touch touch;
  FlowHandle handle =
      worker.add(weir::flow(source_tcp(server) >> decode(ViewCodec{}, refuse(server)) >>
                            map([&](ConnectionId from, View payload) {
                              touch(payload);
                              return std::pair{from, payload};
                            }) >>
                            encode(ViewCodec{}) >> dest_tcp(server)));
  if (tick_items > 0) handle.graph().set_budget({tick_items, never});

  stop_on_signal(worker);
  announce(server.address(), local);
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
  report(touch.items);
  return touch.sum == 1 ? 1 : 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

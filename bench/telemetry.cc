// A server whose telemetry is asked for: some flows that look like real ones, so that a page has a
// few hundred samples, and an HTTP server on the same worker.
//
//   telemetry --cpu N [--flows N]
//
// It prints the port number it answers on.

#include <csignal>
#include <cstdio>
#include <string>
#include <utility>

#include "bench/arguments.h"
#include "bench/host.h"
#include "weir/http/server.h"
#include "weir/http/telemetry.h"
#include "weir/weir.h"

namespace weir::bench {
namespace {

Worker* running = nullptr;

auto make_flow(Endpoint& server) {
  static constexpr node<"requests"> requests;
  static constexpr node<"reached"> reached;
  static constexpr node<"paths"> paths;
  auto const key_of = [](ConnectionId id, View) { return std::pair{id.hash(), id}; };
  return flow(requests = source_tcp(server) >> tee(),
              reached = union_() >> unique(forever) >> tee(),
              paths = join_no_replay(forever, forever) >> map([](std::uint64_t key, auto met) {
                        return std::pair{key, met.first};
                      }),
              requests >> map(key_of) >> reached, requests >> map(key_of) >> paths[_1],
              reached >> paths[_0], paths >> reached, reached >> handoff() >> null(),
              requests >> dest_tcp(server));
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  pin_to(static_cast<int>(arguments.number("cpu", -1)));
  auto const flows = arguments.number("flows", 10u);
  arguments.refuse_the_rest();
  auto made = Worker::make();
  if (!made) fail(made.error().message.c_str(), made.error().code);
  Worker& worker = **made;
  for (unsigned i = 0; i < flows; ++i) {
    auto server = worker.listen(Address::loopback(0));
    if (!server) fail(server.error().message.c_str(), server.error().code);
    worker.add(make_flow(**server), "flow " + std::to_string(i));
  }
  http::Server server(worker);
  http::serve_telemetry(server, worker);
  auto const at = server.listen(Address::loopback(0));
  if (!at) fail(at.error().message.c_str(), at.error().code);
  running = &worker;
  std::signal(SIGTERM, [](int) { running->stop(); });
  std::printf("listening %u\n", static_cast<unsigned>(at.value().port_number()));
  std::fflush(stdout);
  worker.run();
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

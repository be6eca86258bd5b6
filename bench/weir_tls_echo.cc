// Weir's side of the TLS benchmark: frames in, looked at, out again.
//
//   weir_tls_echo --port N --cpu N

#include <csignal>
#include <cstdint>
#include <cstdio>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/echo_server.h"
#include "weir/crypto/ed25519.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/tls.h"
#include "weir/worker/worker.h"

namespace weir::bench {
namespace {

Worker* running = nullptr;

int run(int count, char** values) {
  Arguments arguments(count, values);
  auto const port_number = static_cast<std::uint16_t>(arguments.number("port", 0));
  pin_to(arguments.number("cpu", -1));
  arguments.refuse_the_rest();

  TlsOptions options;
  options.credentials = credentials_of(Ed25519Key::generate()).value();
  Owner<TlsContext> const tls = std::move(TlsContext::make_server(options)).value();
  auto made = Worker::make({});
  if (!made) fail(made.error().message.c_str(), made.error().code);
  Worker& worker = **made;
  auto const listening = worker.listen(Address::loopback(port_number));
  if (!listening) fail(listening.error().message.c_str(), listening.error().code);
  Endpoint& server = *listening.value();

  std::uint64_t items = 0;
  worker.add(weir::flow(source_tls(server, *tls) >> map([&](ConnectionId from, View payload) {
                          ++items;
                          return std::pair{from, payload};
                        }) >>
                        dest_tls(server, *tls)));
  running = &worker;
  std::signal(SIGTERM, [](int) { running->stop(); });
  std::printf("listening %u\n", static_cast<unsigned>(server.address().port_number()));
  std::fflush(stdout);
  worker.run();
  report(items);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

// Weir's side of the benchmark of static files: serves a folder.
//
//   weir_files --folder F [--port N] [--cpu N]
//
// It prints "listening PORT", and ends on SIGTERM.

#include <csignal>
#include <cstdio>

#include "bench/arguments.h"
#include "bench/host.h"
#include "weir/http/server.h"
#include "weir/worker/worker.h"

namespace weir::bench {
namespace {

Worker* running = nullptr;

int run(int count, char** values) {
  Arguments arguments(count, values);
  std::string const folder = arguments.text("folder", ".");
  auto const port_number = arguments.number<std::uint16_t>("port", 0);
  int const cpu = arguments.number("cpu", -1);
  arguments.refuse_the_rest();
  pin_to(cpu);
  auto worker = Worker::make();
  if (!worker) fail(worker.error().message.c_str(), worker.error().code);
  running = worker.value().get();
  http::Server server(*running);
  Result<void> const serves = server.files("/", folder);
  if (!serves) fail(serves.error().message.c_str(), serves.error().code);
  Result<Address> const where = server.listen(Address::loopback(port_number));
  if (!where) fail(where.error().message.c_str(), where.error().code);
  std::signal(SIGTERM, [](int) { running->stop(); });
  std::printf("listening %u\n", where.value().port_number());
  std::fflush(stdout);
  running->run();
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }

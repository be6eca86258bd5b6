// file_server [FOLDER [ADDRESS]]: serves a folder over HTTP, this one at 127.0.0.1:8080 unless told
// otherwise; /healthz says "ok". It prints where it listens, and ends on SIGTERM or SIGINT, when
// what has begun is answered.
#include <cstdio>
#include <string>

#include "weir/http/server.h"
#include "weir/worker/worker.h"

namespace {

using namespace weir;

int give_up(Error const& error) {
  std::fprintf(stderr, "file_server: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int count, char** values) {
  std::string const folder = count > 1 ? values[1] : ".";
  std::string const address = count > 2 ? values[2] : "127.0.0.1:8080";

  auto worker = Worker::make();
  if (!worker) return give_up(worker.error());
  Worker& running = **worker;

  http::Server server(running);
  server.get("/healthz", [](http::Request const&) { return http::text("ok\n"); });
  Result<void> const serves = server.files("/", folder);
  if (!serves) return give_up(serves.error());
  Result<Address> const where = server.listen(address);
  if (!where) return give_up(where.error());
  std::printf("listening on %s\n", where.value().text().c_str());
  std::fflush(stdout);

  Result<void> const stops = running.stop_on_signals();
  if (!stops) return give_up(stops.error());
  running.run();
  return 0;
}

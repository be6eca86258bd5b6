// poll_loop [PORT NUMBER]: Weir inside a loop of poll(2). The program itself reads standard input:
// for each line it says how many lines the flow has sent back, and with its end everything ends.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "examples/foreign_loops/shouting.h"

namespace {

// Milliseconds for poll(2), rounded up: who comes back too early only has to wait again.
int timeout_until(weir::Instant deadline, weir::Instant now) {
  if (deadline == weir::never) return -1;
  weir::Duration const left = deadline > now ? deadline - now : 0;
  weir::Duration const rounded = (left + weir::milliseconds - 1) / weir::milliseconds;
  return static_cast<int>(std::min<weir::Duration>(rounded, INT_MAX));
}

// False at the end.
bool answer_input(std::uint64_t lines) {
  char room[4096];
  ssize_t const size = ::read(0, room, sizeof(room));
  for (ssize_t i = 0; i < size; ++i)
    if (room[i] == '\n') std::printf("%llu lines\n", static_cast<unsigned long long>(lines));
  std::fflush(stdout);
  return size > 0;
}

void run(weir::Worker& worker, std::uint64_t const& lines) {
  pollfd watched[] = {{worker.descriptor(), POLLIN, 0}, {0, POLLIN, 0}};
  for (;;) {
    bool const may_wait = worker.run_some();
    if (worker.stopped()) return;
    int const timeout = may_wait ? timeout_until(worker.next_deadline(), worker.clock().now()) : 0;
    if (::poll(watched, 2, timeout) <= 0) continue;
    if (watched[1].revents == 0 || answer_input(lines)) continue;
    watched[1].fd = -1;
    worker.stop();
  }
}

}  // namespace

int main(int count, char** arguments) {
  auto const port_number = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 7000);
  auto made = weir::Worker::make();
  if (!made) {
    std::fprintf(stderr, "poll_loop: %s\n", made.error().message.c_str());
    return 1;
  }
  std::unique_ptr<weir::Worker> const worker = std::move(made).value();
  auto const server = worker->listen(weir::Address::loopback(port_number), weir::line_frames);
  weir::Result<void> const told = server ? worker->stop_on_signals() : server.error();
  if (!told) {
    std::fprintf(stderr, "poll_loop: %s\n", told.error().message.c_str());
    return 1;
  }
  std::uint64_t lines = 0;
  worker->add(example::shouting(*server.value(), lines));
  std::printf("listening on %s\n", server.value()->address().text().c_str());
  std::fflush(stdout);
  run(*worker, lines);
  return 0;
}

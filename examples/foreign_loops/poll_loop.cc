// poll_loop [PORT NUMBER]: Weir inside a loop of poll(2). The program itself reads standard input:
// for each line it says how many lines the flow has sent back, and with its end everything ends.
#include <poll.h>

#include <algorithm>
#include <climits>

#include "examples/foreign_loops/server.h"

namespace {

// Milliseconds for poll(2), rounded up: who comes back too early only has to wait again.
int timeout_until(weir::Instant deadline, weir::Instant now) {
  if (deadline == weir::never) return -1;
  weir::Duration const left = deadline > now ? deadline - now : 0;
  weir::Duration const rounded = (left + weir::milliseconds - 1) / weir::milliseconds;
  return static_cast<int>(std::min<weir::Duration>(rounded, INT_MAX));
}

void run(weir::Worker& worker, std::uint64_t const& lines) {
  pollfd watched[] = {{worker.descriptor(), POLLIN, 0}, {0, POLLIN, 0}};
  for (;;) {
    bool const may_wait = worker.run_some();
    if (worker.stopped()) return;
    int const timeout = may_wait ? timeout_until(worker.next_deadline(), worker.clock().now()) : 0;
    if (::poll(watched, 2, timeout) <= 0) continue;
    if (watched[1].revents == 0 || example::answer_input(lines)) continue;
    watched[1].fd = -1;
    worker.stop();
  }
}

}  // namespace

int main(int count, char** arguments) { return example::serve("poll_loop", count, arguments, run); }

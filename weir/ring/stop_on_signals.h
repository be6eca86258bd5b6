// How a program of coroutines ends when it is told to (SIGTERM, SIGINT): first it takes no more and
// brings to an end what it has begun; when that takes too long it is cut off; and who tells it a
// second time has it gone at once.
//
//   Signals signals;                                  // outlives the ring
//   Stop stop, hurry;
//   Scope watch;
//   watch.spawn(stop_on_signals(ring, signals, stop, hurry));
//   co_await with_stop(hurry, serve(ring, stop));     // which accepts and reads with_stop(stop, …)
//   watch.stop();
//   co_await watch.join();
//
// (A program that runs a Worker says `worker->stop_on_signals()`.)
#pragma once

#include "weir/base/clock.h"
#include "weir/ring/async.h"
#include "weir/ring/signals.h"
#include "weir/ring/stop.h"
#include "weir/ring/task.h"

namespace weir {

// `signals` are open. Requests `stop` when the first of them has come, `hurry` so much later; one
// more ends the process (Signals::end_process_at_next). Ends after that, or when it is stopped.
inline task<> stop_on_signals(Async ring, Signals& signals, Stop& stop, Stop& hurry,
                              Duration time_max = 5 * seconds) {
  std::int32_t const result = co_await ring.operation(
      KeepsNothing{},
      [&signals](Ring&, OperationSlot& slot, KeepsNothing&) { signals.next(slot.completion); });
  if (result < 0) co_return;
  signals.end_process_at_next();
  stop.request();
  std::int32_t const slept = co_await ring.sleep(time_max);
  if (slept == 0) hurry.request();
}

}  // namespace weir

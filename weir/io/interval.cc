#include "weir/io/interval.h"

#include <algorithm>
#include <memory>

#include "weir/io/limits.h"
#include "weir/ring/ring.h"
#include "weir/worker/worker.h"

namespace weir {

IntervalTimer& IntervalTimer::add(Worker& worker, Graph& graph, Subgraph& reader, Duration period) {
  WEIR_ASSERT(period > 0);
  std::unique_ptr<IntervalTimer> made(new IntervalTimer(worker.ring(), graph, period));
  IntervalTimer& added = *made;
  worker.add_gate(graph, std::move(made));
  added.input_.attach(graph, reader);
  return added;
}

IntervalTimer::IntervalTimer(Ring& ring, Graph& graph, Duration period)
    : ring_(ring), graph_(graph), period_(period), due_(ring.clock().now()) {
  timer_.context = this;
  timer_.callback = [](Completion&, Outcome) {};  // the loop looks at the clock by itself
}

bool IntervalTimer::can_admit() const {
  if (stopping_ || graph_.failure() != nullptr || graph_.mid_tick() || !graph_.admits())
    return false;
  return input_.length() == 0 && due_ <= ring_.clock().now();
}

void IntervalTimer::admit() {
  if (!can_admit()) return;
  std::uint64_t count = (ring_.clock().now() - due_) / period_ + 1;
  if (count > interval_burst_items_max) {
    due_ += (count - interval_burst_items_max) * period_;
    count = interval_burst_items_max;
  }
  for (; count > 0; --count, due_ += period_) input_.give(Instant{due_});
}

void IntervalTimer::settle() {
  if (graph_.failure() != nullptr) stopping_ = true;
  if (stopping_) {
    if (!timer_.idle()) ring_.cancel_quietly(timer_);
    return;
  }
  // One that is due already waits for the graph, not for the clock.
  if (timer_.idle() && due_ > ring_.clock().now()) ring_.timeout(timer_, due_);
}

}  // namespace weir

#include "weir/p2p/alarm.h"

#include <memory>

#include "weir/ring/ring.h"
#include "weir/worker/worker.h"

namespace weir {

AlarmGate& AlarmGate::add(Worker& worker, Graph& graph, Subgraph& reader, Alarm& alarm) {
  std::unique_ptr<AlarmGate> made(new AlarmGate(worker.ring(), graph, alarm));
  AlarmGate& added = *made;
  worker.add_gate(graph, std::move(made));
  added.input_.attach(graph, reader);
  return added;
}

AlarmGate::AlarmGate(Ring& ring, Graph& graph, Alarm& alarm)
    : ring_(ring), graph_(graph), alarm_(alarm) {
  timer_.context = this;
  timer_.callback = [](Completion&, Outcome) {};  // the loop looks at the clock by itself
}

bool AlarmGate::can_admit() const {
  if (stopping_ || graph_.failure() != nullptr || graph_.mid_tick() || !graph_.admits())
    return false;
  return input_.length() == 0 && alarm_.due() <= ring_.clock().now();
}

void AlarmGate::admit() {
  if (!can_admit()) return;
  input_.give(Instant{alarm_.due()});
  alarm_.set(never);
}

void AlarmGate::settle() {
  if (graph_.failure() != nullptr) stopping_ = true;
  if (stopping_) {
    if (!timer_.idle()) ring_.cancel_quietly(timer_);
    return;
  }
  Instant const due = alarm_.due();
  if (!timer_.idle()) {
    // One that would ring too early does no harm; one that is too late is set anew.
    if (due < armed_) {
      ring_.cancel_quietly(timer_);
      armed_ = 0;  // once
    }
    return;
  }
  if (due == never || due <= ring_.clock().now()) return;  // what is due waits for the graph
  armed_ = due;
  ring_.timeout(timer_, due);
}

}  // namespace weir

// source_interval(worker, period): gives an instant at once and then one in every period, by the
// worker's clock: the moment it was due, not the one in which it came. A flow that was busy, or
// held, gets those it has missed in a burst, of interval_burst_items_max at most: older ones are
// left out.
//
//   flow(source_interval(*worker, 1 * seconds) >> for_each([](Instant due) { ... }))
#pragma once

#include <cstdint>

#include "weir/base/clock.h"
#include "weir/pipes/operator.h"
#include "weir/ring/completion.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"
#include "weir/worker/gate.h"

namespace weir {

class Ring;
class Worker;

class IntervalTimer final : public Gate {
 public:
  // Feeds `reader`, a subgraph of `graph`, which is one of the worker's.
  static IntervalTimer& add(Worker& worker, Graph& graph, Subgraph& reader, Duration period);

  Input<Instant>& input() { return input_; }

  void admit() override;
  void settle() override;
  bool may_sleep() const override { return !can_admit(); }
  void stop() override { stopping_ = true; }
  bool is_done() const override { return stopping_; }
  void terminate() override { stopping_ = true; }
  bool is_closed() const override { return stopping_ && timer_.idle(); }

 private:
  IntervalTimer(Ring& ring, Graph& graph, Duration period);
  bool can_admit() const;

  Ring& ring_;
  Graph& graph_;
  Duration const period_;
  Instant due_;
  Input<Instant> input_{"source_interval"};
  bool stopping_ = false;
  Completion timer_;
};

struct SourceInterval : Operator {
  static constexpr OperatorInfo info{.name = "source_interval", .inputs = {0, 0}, .source = true};
  Worker* worker;
  Duration period;
  IntervalTimer* timer_ = nullptr;

  static consteval auto output() { return Type<Instant>{}; }
  void attach(Graph& graph, Subgraph& reader) {
    timer_ = &IntervalTimer::add(*worker, graph, reader, period);
  }
  bool drain(auto const& emit, std::int64_t& budget) { return timer_->input().drain(emit, budget); }
};

inline SourceInterval source_interval(Worker& worker, Duration period) {
  return {{}, &worker, period};
}

}  // namespace weir

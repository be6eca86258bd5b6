// One moment at which a flow is to run: it gets the instant when that has come. What was set last
// counts; a flow that is busy, or held, gets it when it is not any more.
//
//   flow(source_alarm(alarm) >> for_each([&](Instant) { ...; alarm.set(next_due()); }))
#pragma once

#include "weir/base/clock.h"
#include "weir/pipes/operator.h"
#include "weir/ring/completion.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"
#include "weir/worker/gate.h"

namespace weir {

class Ring;
class Worker;

// When: owned by whoever sets it, and read by the gate of the flow.
class Alarm {
 public:
  // `never`: not at all.
  void set(Instant due) { due_ = due; }
  Instant due() const { return due_; }

 private:
  Instant due_ = never;
};

class AlarmGate final : public Gate {
 public:
  // Feeds `reader`, a subgraph of `graph`, which is one of the worker's.
  static AlarmGate& add(Worker& worker, Graph& graph, Subgraph& reader, Alarm& alarm);

  Input<Instant>& input() { return input_; }

  void admit() override;
  void settle() override;
  bool may_sleep() const override { return !can_admit(); }
  void stop() override { stopping_ = true; }
  bool is_done() const override { return stopping_; }
  void terminate() override { stopping_ = true; }
  bool is_closed() const override { return stopping_ && timer_.idle(); }

 private:
  AlarmGate(Ring& ring, Graph& graph, Alarm& alarm);
  bool can_admit() const;

  Ring& ring_;
  Graph& graph_;
  Alarm& alarm_;
  Input<Instant> input_{"alarm"};
  bool stopping_ = false;
  Instant armed_ = never;  // for when the timer is set
  Completion timer_;
};

struct SourceAlarm : Operator {
  static constexpr OperatorInfo info{.name = "source_alarm", .inputs = {0, 0}, .source = true};
  Worker* worker;
  Alarm* alarm;
  AlarmGate* gate_ = nullptr;

  static consteval auto output() { return Type<Instant>{}; }
  void attach(Graph& graph, Subgraph& reader) {
    gate_ = &AlarmGate::add(*worker, graph, reader, *alarm);
  }
  bool drain(auto const& emit, std::int64_t& budget) { return gate_->input().drain(emit, budget); }
};

inline SourceAlarm source_alarm(Worker& worker, Alarm& alarm) { return {{}, &worker, &alarm}; }

}  // namespace weir

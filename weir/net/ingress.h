// Frames on their way into a graph: what the connections of one endpoint have received, and what
// happens to them. Both are sources: attach() and drain(), as weir/sched/input.h has them, so a
// flow reads them like any other input.
//
// Admission is bounded: the graph's lane (lane.h) asks each ingress to give so many items and bytes
// to the graph's next tick. Connections take turns; one that has more than fits goes to the back.
//
//   on_received ─▶ ready ─▶ admit: decode, give ─▶ Input ─▶ the tick
//
// Order: an event `opened` is given no later than its connection's first frame. `closed` is made
// only when the tick that saw the last frame has ended, so it is always seen in a later one.
#pragma once

#include <cstdint>
#include <vector>

#include "weir/net/close_reason.h"
#include "weir/net/connection_lists.h"
#include "weir/net/frame.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"

namespace weir {

class Endpoint;

// What happens to the connections of an endpoint. Nothing is kept for a flow that does not ask, but
// one that begins to ask is told of those that are open.
class ConnectionEvents {
 public:
  using value_type = ConnectionEvent;

  explicit ConnectionEvents(Endpoint& endpoint) : endpoint_(endpoint) {}

  void attach(Graph& graph, Subgraph& reader);
  template <class Push>
  [[gnu::always_inline]] bool drain(Push&& push, std::int64_t& budget) {
    return input_.drain(push, budget);
  }
  HandoffBase& handoff() { return input_.handoff(); }

  // ---- for net
  void add(ConnectionEvent event) {
    if (attached_) pending_.push_back(event);
  }
  bool empty() const { return pending_.empty(); }
  // So many wait that no more should be caused.
  bool crowded() const;
  // Gives what the budget allows; true when nothing is left.
  bool admit(AdmitBudget& budget);

 private:
  Endpoint& endpoint_;
  Input<ConnectionEvent> input_{"connection events"};
  std::vector<ConnectionEvent> pending_;
  bool attached_ = false;
};

class Ingress {
 public:
  using value_type = Frame;

  explicit Ingress(Endpoint& endpoint) : endpoint_(endpoint) {}

  void attach(Graph& graph, Subgraph& reader);
  template <class Push>
  [[gnu::always_inline]] bool drain(Push&& push, std::int64_t& budget) {
    return input_.drain(push, budget);
  }
  HandoffBase& handoff() { return input_.handoff(); }

  // ---- for net
  bool attached() const { return reader_ != nullptr; }
  Subgraph const* reader() const { return reader_; }
  // Nothing is received or admitted, because what it feeds is full.
  bool suspended() const { return suspended_; }
  void set_suspended(bool suspended);

  void make_ready(Connection& connection);
  bool has_ready() const { return !ready_.empty(); }
  void admit(AdmitBudget& budget);
  void give(Frame const& frame) { input_.give(frame); }

 private:
  Endpoint& endpoint_;
  Input<Frame> input_{"ingress"};
  Connections<On::ready> ready_;
  Subgraph* reader_ = nullptr;
  bool suspended_ = false;
};

}  // namespace weir

// Where what an operator awaits comes back to. Whoever ends it, on whatever thread, lands it here;
// the thread of the graph takes it up from there.
//
//   begin ─▶ in flight ─land()─▶ landed ─take_landed()─▶ given on
//              any thread        a stack            the graph's thread
//
// Either the tick stays open for it (hold), or the flow goes on and a later tick gives it
// (answer_later). In the second case nothing new is admitted while there is more to await than may
// be in flight (suspend); what lands comes all the same.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

#include "weir/base/context.h"
#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"
#include "weir/sched/subgraph.h"

namespace weir {

// One that can land.
struct Landable {
  Landable* next_landed = nullptr;
};

// The part of Flights (flights.h) that a landing sees.
class FlightsBase {
 public:
  // Takes up what has landed.
  virtual void collect() = 0;

 protected:
  ~FlightsBase() = default;
};

class Landing final : public ExternalInput {
 public:
  explicit Landing(Graph& graph)
      : ExternalInput(&admit), graph_(graph), hold_(graph), suspension_(graph, every_rank) {}

  // What lands is external input of `reader`. Once, while the graph is built.
  void answer_later(Subgraph& reader);
  bool answers_later() const { return answers_later_; }
  // Whom to tell of it.
  void serve(FlightsBase* flights) { flights_ = flights; }

  // From any thread. It is the graph's from then on.
  void land(Landable& one);
  // What has landed since the last time, in the order in which it did, linked by `next_landed`.
  Landable* take_landed();
  bool has_landed() const { return landed_.load() != nullptr; }

  // Holds the graph until something lands. False: it has, already.
  bool hold();
  void suspend() { suspension_.set(); }
  void resume() { suspension_.release(); }
  // The flow has not come to its end yet; and may have.
  void begin_awaiting();
  void end_awaiting();

  // Of this moment.
  Context context() const { return {graph_.tick(), &graph_.tick_time()}; }

 private:
  static constexpr std::uint32_t every_rank = std::numeric_limits<std::uint32_t>::max();
  static void admit(ExternalInput& input);

  Graph& graph_;
  Hold hold_;
  Suspension suspension_;
  FlightsBase* flights_ = nullptr;
  std::atomic<Landable*> landed_{nullptr};

  bool answers_later_ = false;
  std::atomic<bool> listed_{false};  // the next tick looks at what has landed
  Mark mark_;
};

}  // namespace weir

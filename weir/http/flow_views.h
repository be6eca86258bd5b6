// The flows of a worker, to be looked at: each with a label of its own, its plan, and what is known
// of how many items have passed its nodes. A plan is made again only when its graph has grown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weir/flow/inspect.h"
#include "weir/plan/derive_counts.h"
#include "weir/sched/handoff.h"
#include "weir/worker/worker.h"

namespace weir::http {

struct FlowView {
  RunningFlow const* flow = nullptr;
  std::string label;  // its name; its number where it has none; both where others have that name
  std::uint64_t generation = 0;
  GraphPlan plan;
  // "2.0": the first node of subgraph 2. It stays the same when the graph grows. Empty for what is
  // outside the graph.
  std::vector<std::string> node_ids;
};

class FlowViews {
 public:
  // The worker outlives it.
  explicit FlowViews(Worker const& worker) : worker_(worker) {}

  // On the worker's thread, while no graph of it runs. Valid until the next call.
  std::vector<FlowView> const& look();

 private:
  Worker const& worker_;
  std::vector<FlowView> views_;
};

// What the handoffs on the edges of a plan have counted. `counters_of` gives the HandoffCounters of
// a handoff: what it says now, or how that differs from before.
template <class CountersOf>
std::vector<EdgeCount> counted_on(GraphPlan const& plan, CountersOf counters_of) {
  std::vector<EdgeCount> counted(plan.edges.size());
  for (std::size_t e = 0; e < counted.size(); ++e) {
    EdgeHandoff const& on = plan.handoffs[e];
    if (on.handoff == nullptr) continue;
    HandoffCounters const counters = counters_of(*on.handoff);
    if (on.counts_source) counted[e].written = {counters.items, Known::counted};
    if (on.counts_target) counted[e].read = {counters.items - counters.depth, Known::counted};
  }
  return counted;
}

}  // namespace weir::http

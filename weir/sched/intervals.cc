#include "weir/sched/intervals.h"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

GraphCounters operator-(GraphCounters const& a, GraphCounters const& b) {
  return {a.ticks - b.ticks, a.activations - b.activations, a.yields - b.yields};
}
SubgraphCounters operator-(SubgraphCounters const& a, SubgraphCounters const& b) {
  return {a.runs - b.runs, a.yields - b.yields, a.busy_cycles - b.busy_cycles};
}
HandoffCounters operator-(HandoffCounters const& a, HandoffCounters const& b) {
  return {a.items - b.items, a.depth, a.high_water};
}

Interval read(Graph const& graph) {
  Interval total;
  total.graph = graph.counters();
  for (Subgraph const* one : graph.subgraphs()) total.subgraphs.push_back({one, one->counters});
  for (HandoffBase const* one : graph.handoffs()) total.handoffs.push_back({one, one->counters()});
  return total;
}

}  // namespace

Interval const& Intervals::take() {
  Interval now = read(graph_);
  last_ = now;
  last_.graph = now.graph - total_.graph;
  for (std::size_t s = 0; s < total_.subgraphs.size(); ++s) {  // a graph never shrinks
    last_.subgraphs[s].counters = now.subgraphs[s].counters - total_.subgraphs[s].counters;
  }
  // But for the readers that a tee has dropped; the others keep their order.
  auto before = total_.handoffs.begin();
  for (Interval::OfHandoff& one : last_.handoffs) {
    auto const same = [&](Interval::OfHandoff const& old) { return old.handoff == one.handoff; };
    auto const found = std::find_if(before, total_.handoffs.end(), same);
    if (found == total_.handoffs.end()) continue;
    one.counters = one.counters - found->counters;
    before = found + 1;
  }
  total_ = std::move(now);
  return last_;
}

}  // namespace weir

// What a graph, its subgraphs and its handoffs have done since somebody last asked.
//
//   Intervals intervals(graph);
//   …
//   Interval const& last = intervals.take();     // last.graph.ticks, last.subgraphs[0].counters, …
//
// The differences of all intervals add up to the counters themselves. Between ticks, on the graph's
// thread.
#pragma once

#include <vector>

#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"
#include "weir/sched/subgraph.h"

namespace weir {

struct Interval {
  struct OfSubgraph {
    Subgraph const* subgraph;
    SubgraphCounters counters;
  };
  struct OfHandoff {
    HandoffBase const* handoff;
    // The depth and the high-water mark are no differences: they are what they are now.
    HandoffCounters counters;
  };

  GraphCounters graph;
  // In the order of Graph::subgraphs() and handoffs(); what the graph has grown by is at the end.
  std::vector<OfSubgraph> subgraphs;
  std::vector<OfHandoff> handoffs;
};

class Intervals {
 public:
  // The first interval begins when the graph does. The graph outlives this.
  explicit Intervals(Graph const& graph) : graph_(graph) {}

  // Valid until the next call.
  Interval const& take();

 private:
  Graph const& graph_;
  Interval total_;  // when somebody last asked
  Interval last_;
};

}  // namespace weir

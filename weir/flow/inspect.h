// The plan of a graph that exists: what its flows are made of, with their operators; what was
// written by hand, as one node a subgraph; the handoffs between and the loops around them.
//
//   std::puts(to_mermaid(plan_of(graph).view()).c_str());        // plan/describe.h
//
// So pictures, checks and the labels of metrics have one source, whoever made the graph: the
// subgraphs of the plan are Graph::subgraphs(), number by number. A handoff that leads out of the
// graph, or into it, ends at a node without a subgraph that has its name.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "weir/plan/plan.h"
#include "weir/sched/graph.h"

namespace weir {

// The handoff that stands on an edge, and of which ends its counters tell. (An end may be shared:
// several write to it, and what each has written nobody counts; or be a guess, where somebody has
// attached it by hand.)
struct EdgeHandoff {
  HandoffBase const* handoff = nullptr;  // null: a call, or a mark
  bool counts_source = false;            // all that it was given is from the edge's source
  bool counts_target = false;            // all that was taken from it went to the edge's target
};

// A plan made at run time, with all its text: the graph may grow or end meanwhile.
struct GraphPlan {
  GraphPlan() = default;
  GraphPlan(GraphPlan&&) = default;
  GraphPlan& operator=(GraphPlan&&) = default;

  PlanView view() const { return {nodes, edges, subgraphs, {}, loops}; }

  std::vector<PlanNode> nodes;
  std::vector<PlanEdge> edges;
  std::vector<PlanSubgraph> subgraphs;
  std::vector<PlanLoop> loops;
  std::vector<EdgeHandoff> handoffs;  // of each edge; the graph's, and valid as long
  std::deque<std::string> texts;      // they stay where they are when the plan moves
};

// Between ticks. A plan numbers its parts with an Index: what is beyond 32,767 nodes or edges is
// left out.
GraphPlan plan_of(Graph const& graph);

}  // namespace weir

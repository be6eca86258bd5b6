// What a flow leaves in its graph so that others can read there what it is made of (inspect.h).
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

#include "weir/base/slice.h"
#include "weir/plan/plan.h"
#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"

namespace weir {

struct InstalledFlow final : Program {
  // `its_handoffs`: those that the graph knows since its subgraphs were registered.
  InstalledFlow(PlanView its_plan, std::size_t first, Slice<HandoffBase* const> its_handoffs,
                Slice<HandoffBase const* const> its_ends)
      : plan(its_plan),
        first_subgraph(first),
        handoffs(its_handoffs.begin(), its_handoffs.end()),
        ends(its_ends) {}

  PlanView plan;
  std::size_t first_subgraph;  // its subgraphs are Graph::subgraphs() from here on
  // Of the edges that have one (a buffer or a mark), in their order; then those of its ends.
  std::vector<HandoffBase const*> handoffs;
  // For each node the handoff by which it reads or writes what is outside the flow, or null.
  Slice<HandoffBase const* const> ends;
};

// Has an operator attach itself, once it knows where in the plan it stands, if it asks. Returns the
// handoff by which it reads or writes: the one that it names, or else the one that the graph knows
// since; null where there is none.
template <class Op>
HandoffBase const* attach_end(Graph& graph, Op& op, Subgraph& subgraph, PlanView plan, Index node) {
  if constexpr (requires { op.place(plan, node); }) op.place(plan, node);
  std::size_t const before = graph.handoffs().size();
  if constexpr (std::is_void_v<decltype(op.attach(graph, subgraph))>) {
    op.attach(graph, subgraph);
    return graph.handoffs().size() > before ? graph.handoffs()[before] : nullptr;
  } else {
    return op.attach(graph, subgraph);
  }
}

}  // namespace weir

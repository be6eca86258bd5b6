// What a flow leaves in its graph so that others can read there what it is made of (inspect.h).
#pragma once

#include <cstddef>

#include "weir/base/slice.h"
#include "weir/plan/plan.h"
#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"

namespace weir {

struct InstalledFlow final : Program {
  InstalledFlow(PlanView its_plan, std::size_t first, Slice<HandoffBase const* const> its_ends)
      : plan(its_plan), first_subgraph(first), ends(its_ends) {}

  PlanView plan;
  std::size_t first_subgraph;  // its subgraphs are Graph::subgraphs() from here on
  // For each node the handoff by which it reads or writes what is outside the flow, or null.
  Slice<HandoffBase const* const> ends;
};

}  // namespace weir

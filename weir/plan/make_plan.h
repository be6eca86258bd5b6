// The stages of a plan, in order: the table of contents of this folder.
#pragma once

#include "weir/plan/check_ports.h"
#include "weir/plan/form_subgraphs.h"
#include "weir/plan/order_types.h"
#include "weir/plan/place_handoffs.h"
#include "weir/plan/plan.h"
#include "weir/plan/resolve_names.h"
#include "weir/plan/stratify.h"

namespace weir {

// `Nodes` operators and `Edges` arrows are in the statements. The plan's diagnostic says whether it is whole.
template <std::size_t Nodes, std::size_t Edges>
constexpr Plan<Nodes, Edges> make_plan(Statements const& statements) {
  Plan<Nodes, Edges> plan;

  plan.diagnostic = resolve_names(statements, plan.spans());
  if (!plan.diagnostic.ok()) return plan;
  // From here on no node and no edge is added.
  plan.diagnostic = check_ports(plan.spans());
  if (!plan.diagnostic.ok()) return plan;
  // From here on every input and output is connected as its operator demands.
  plan.diagnostic = stratify(plan.spans());
  if (!plan.diagnostic.ok()) return plan;
  // From here on strata are fixed, and no edge leads back to an earlier one within a tick.
  place_handoffs(plan.spans());
  // From here on every edge is inside a subgraph or between two.
  plan.subgraph_count = form_subgraphs(plan.spans());
  for (PlanSubgraph const& subgraph : plan.subgraphs) {
    plan.entry_count = static_cast<Index>(plan.entry_count + subgraph.entry_count);
  }
  // From here on the shape is fixed; only item types are left to be known.
  plan.diagnostic = order_types(plan.spans());
  return plan;
}

}  // namespace weir

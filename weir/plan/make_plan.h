// The stages of a plan, in order: the table of contents of this folder.
#pragma once

#include "weir/plan/check_endless.h"
#include "weir/plan/check_ports.h"
#include "weir/plan/form_subgraphs.h"
#include "weir/plan/order_types.h"
#include "weir/plan/place_handoffs.h"
#include "weir/plan/plan.h"
#include "weir/plan/resolve_names.h"
#include "weir/plan/stratify.h"

namespace weir {

// Fills `plan`, whose storage has room for every operator and every `>>` of the statements. The
// result says whether it is whole.
constexpr PlanResult run_stages(Statements const& statements, PlanSpans plan) {
  PlanResult result;

  result.diagnostic = resolve_names(statements, plan);
  if (!result.diagnostic.ok()) return result;
  // From here on no node and no edge is added.
  result.diagnostic = check_ports(plan);
  if (!result.diagnostic.ok()) return result;
  // From here on every input and output is connected as its operator demands.
  result.diagnostic = check_endless(plan);
  if (!result.diagnostic.ok()) return result;
  result.diagnostic = stratify(plan);
  if (!result.diagnostic.ok()) return result;
  // From here on strata are fixed, and no edge leads back to an earlier one within a tick.
  place_handoffs(plan);
  // From here on every edge is inside a subgraph or between two.
  result.subgraph_count = form_subgraphs(plan);
  for (PlanSubgraph const& subgraph : plan.subgraphs) {
    result.entry_count = static_cast<Index>(result.entry_count + subgraph.entry_count);
  }
  // From here on the shape is fixed; only item types are left to be known.
  result.diagnostic = order_types(plan);
  return result;
}

template <std::size_t Nodes, std::size_t Edges>
constexpr Plan<Nodes, Edges> make_plan(Statements const& statements) {
  Plan<Nodes, Edges> plan;
  static_cast<PlanResult&>(plan) = run_stages(statements, plan.spans());
  return plan;
}

}  // namespace weir

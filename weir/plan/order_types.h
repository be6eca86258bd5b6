// In which order item types become known.
//
// Types flow from sources. Most operators need the types of all their inputs; a union takes that of
// the first input that has one, and so a cycle takes its type from outside. An anti_join gives what
// its input 0 brings, so what goes round to its input 1 does not hold it up. What is left in the
// end is a cycle, or a union, that nothing outside feeds: C++ cannot infer around it.
//
// Reads nodes, edges, out_edges. Writes nodes (type_order, typed_by).
#pragma once

#include "weir/plan/plan.h"
#include "weir/plan/scratch.h"

namespace weir {

constexpr Diagnostic order_types(PlanSpans plan) {
  Scratch<std::size_t> known;
  Scratch<std::uint16_t> known_inputs(plan.nodes.size(), 0);
  Index order = 0;
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    if (!plan.nodes[n].info.source) continue;
    plan.nodes[n].type_order = order++;
    known.push_back(n);
  }
  for (std::size_t next = 0; next < known.size(); ++next) {
    std::size_t const node = known[next];
    for (Index slot = plan.out_begin[node]; slot < plan.out_begin[node + 1]; ++slot) {
      Index const e = plan.out_edges[static_cast<std::size_t>(slot)];
      auto const t = static_cast<std::size_t>(plan.edges[static_cast<std::size_t>(e)].target);
      PlanNode& target = plan.nodes[t];
      ++known_inputs[t];
      bool const is_first = plan.edges[static_cast<std::size_t>(e)].port == 0;
      if (target.info.typed_by_first_input ? is_first : target.typed_by == no_index) {
        target.typed_by = e;
      }
      bool const enough = target.info.typed_by_any_input ||
                          (target.info.typed_by_first_input && is_first) ||
                          known_inputs[t] == target.input_count;
      if (!enough || target.type_order != no_index) continue;
      target.type_order = order++;
      known.push_back(t);
    }
  }
  for (PlanNode const& node : plan.nodes) {
    if (node.type_order != no_index) continue;
    Diagnostic diagnostic{Check::untyped_cycle, node.title()};
    diagnostic.element = node.element;
    return diagnostic;
  }
  return {};
}

}  // namespace weir

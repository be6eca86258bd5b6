// A flow comes to rest: no operator that gives what it holds again in every tick sends it straight
// to one whose output starts a tick (an exchange: io/exchange.h).
//
//   join(forever, forever) >> map >> exchange      refused: each tick sends all pairs, which come
//                                                  back as input, which starts a tick, which ...
//   join(forever, forever) >> unique(forever) >> exchange      fine
//
// Straight: past nothing but operators that give one item for each, and unions. What may drop items
// is taken to know what it does.
//
// Reads nodes (info), edges, out_edges. Writes nothing.
#pragma once

#include "weir/plan/plan.h"
#include "weir/plan/scratch.h"

namespace weir {

namespace endless {

// Takes what a tick gives it away, and gives as a source what comes back.
constexpr bool is_exchange(OperatorInfo const& info) {
  return info.source && info.delay == Delay::tick && info.inputs.most > 0;
}

constexpr bool gives_whatever_comes(OperatorInfo const& info) {
  bool const unites = info.inputs.most == any_number && info.named_input_count() == 0;
  return info.delay == Delay::none && (info.one_to_one || unites);
}

constexpr Diagnostic found(PlanNode const& holder, PlanEdge const& edge, PlanNode const& target) {
  Diagnostic diagnostic{Check::endless, holder.title(), target.input_title()};
  diagnostic.element = edge.element;
  return diagnostic;
}

}  // namespace endless

constexpr Diagnostic check_endless(PlanSpans const& plan) {
  bool exchanges = false;
  for (PlanNode const& node : plan.nodes) exchanges = exchanges || endless::is_exchange(node.info);
  if (!exchanges) return {};
  Scratch<bool> seen(plan.nodes.size(), false);
  Scratch<std::size_t> open;
  for (PlanNode const& holder : plan.nodes) {
    if (!holder.info.replays) continue;
    open.push_back(static_cast<std::size_t>(&holder - plan.nodes.begin()));
    while (!open.empty()) {  // each node is passed once
      std::size_t const node = open.back();
      open.pop_back();
      for (Index slot = plan.out_begin[node]; slot < plan.out_begin[node + 1]; ++slot) {
        Index const e = plan.out_edges[static_cast<std::size_t>(slot)];
        PlanEdge const& edge = plan.edges[static_cast<std::size_t>(e)];
        auto const target = static_cast<std::size_t>(edge.target);
        OperatorInfo const& info = plan.nodes[target].info;
        if (endless::is_exchange(info)) return endless::found(holder, edge, plan.nodes[target]);
        if (seen[target] || !endless::gives_whatever_comes(info)) continue;
        seen[target] = true;
        open.push_back(target);
      }
    }
  }
  return {};
}

}  // namespace weir

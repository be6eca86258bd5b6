// The nodes of a subgraph and the edges into a node that something is to be done with: chosen
// before any template is made of them, or there would be one of every pair.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "weir/plan/plan.h"

namespace weir {

template <class Spec>
struct Concerning {
  static constexpr auto& plan = Spec::plan;

  struct Chosen {
    std::array<std::size_t, Spec::node_count + Spec::edge_count> items{};
    std::size_t count = 0;
  };

  // The nodes of subgraph `Which` in whose row `Field` is set.
  template <std::size_t Which, bool OperatorInfo::*Field>
  static constexpr Chosen nodes_with = [] {
    Chosen chosen;
    for (std::size_t n = 0; n < Spec::node_count; ++n) {
      PlanNode const& node = plan.nodes[n];
      bool const in_it = node.subgraph == static_cast<Index>(Which);
      if (in_it && node.info.*Field) chosen.items[chosen.count++] = n;
    }
    return chosen;
  }();

  // The nodes of subgraph `Which` that batch, callers first.
  template <std::size_t Which>
  static constexpr Chosen batching = [] {
    Chosen chosen = nodes_with<Which, &OperatorInfo::batches>;
    auto const earlier = [](std::size_t a, std::size_t b) {
      return plan.nodes[a].call_order > plan.nodes[b].call_order;
    };
    for (std::size_t k = 1; k < chosen.count; ++k) {  // few: insertion
      for (std::size_t at = k; at > 0 && earlier(chosen.items[at], chosen.items[at - 1]); --at) {
        std::swap(chosen.items[at], chosen.items[at - 1]);
      }
    }
    return chosen;
  }();

  // The edges that mark for `Node` that something came.
  template <std::size_t Node>
  static constexpr Chosen marks_into = [] {
    Chosen chosen;
    for (std::size_t e = 0; e < Spec::edge_count; ++e) {
      PlanEdge const& edge = plan.edges[e];
      if (edge.marks && edge.target == static_cast<Index>(Node)) chosen.items[chosen.count++] = e;
    }
    return chosen;
  }();
};

}  // namespace weir

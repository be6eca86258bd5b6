// Which edges are function calls, and which need something in between.
//
// Nearly every edge is direct: the producer calls the consumer. A handoff stands only where it must: on a
// tick edge, where an edge crosses into a later stratum, and on the back edge of each cycle. An edge into an
// input that blocks goes straight into the operator's state.
//
//   source ─▶ union ─▶ map ─▶ tee ─▶ for_each        the back edge tee ─▶ union is the only handoff
//               ▲              │
//               └──[handoff]───┘
//
// Back edges are found by a depth-first search from what nothing feeds, so a cycle is cut where it closes.
//
// Reads nodes (stratum), edges (delay), out_edges. Writes edges (kind, marks). From here on every edge is
// either inside a subgraph or between two.
#pragma once

#include "weir/plan/plan.h"
#include "weir/plan/scratch.h"

namespace weir {

namespace handoffs {

enum class Colour : std::uint8_t { unseen, on_path, finished };

// `next` is the edge to look at next, per node.
constexpr void cut_back_edges(PlanSpans plan, Scratch<Colour>& colour,
                              Scratch<Index>& next, std::size_t root) {
  Scratch<std::size_t> path;
  path.push_back(root);
  colour[root] = Colour::on_path;
  while (!path.empty()) {  // each edge is taken once
    std::size_t const node = path.back();
    if (next[node] == plan.out_begin[node + 1]) {
      colour[node] = Colour::finished;
      path.pop_back();
      continue;
    }
    auto const slot = static_cast<std::size_t>(next[node]++);
    PlanEdge& edge = plan.edges[static_cast<std::size_t>(plan.out_edges[slot])];
    if (edge.kind != EdgeKind::direct) continue;
    auto const target = static_cast<std::size_t>(edge.target);
    if (colour[target] == Colour::on_path) {
      edge.kind = EdgeKind::handoff;
    } else if (colour[target] == Colour::unseen) {
      colour[target] = Colour::on_path;
      path.push_back(target);
    }
  }
}

}  // namespace handoffs

constexpr void place_handoffs(PlanSpans plan) {
  Scratch<std::uint8_t> fed(plan.nodes.size(), 0);
  for (PlanEdge& edge : plan.edges) {
    PlanNode const& source = plan.nodes[static_cast<std::size_t>(edge.source)];
    PlanNode const& target = plan.nodes[static_cast<std::size_t>(edge.target)];
    if (edge.delay != Delay::none) {
      edge.kind = EdgeKind::handoff;
    } else if (target.info.blocks(edge.port)) {
      edge.kind = EdgeKind::blocking;
      edge.marks = target.info.flushes && !target.info.replays;
    } else if (source.stratum != target.stratum) {
      edge.kind = EdgeKind::handoff;
    } else {
      edge.kind = EdgeKind::direct;
      fed[static_cast<std::size_t>(edge.target)] = 1;
    }
  }
  Scratch<handoffs::Colour> colour(plan.nodes.size(), handoffs::Colour::unseen);
  auto next = Scratch<Index>::copy_of(plan.out_begin);
  for (bool const roots_only : {true, false}) {
    for (std::size_t node = 0; node < plan.nodes.size(); ++node) {
      if (colour[node] != handoffs::Colour::unseen || (roots_only && fed[node] != 0)) continue;
      handoffs::cut_back_edges(plan, colour, next, node);
    }
  }
}

}  // namespace weir

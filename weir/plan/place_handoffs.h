// Which edges are function calls, and which need something in between.
//
// Nearly every edge is direct: the producer calls the consumer. A handoff stands only where it
// must: on a tick edge, where an edge crosses into a later stratum, and on the back edge of each
// cycle. An edge into an input that blocks goes straight into the operator's state.
//
//   source ─▶ union ─▶ map ─▶ tee ─▶ for_each      the back edge tee ─▶ union is the only handoff
//               ▲              │
//               └──[handoff]───┘
//
// Back edges are found by a depth-first search from what nothing feeds, so a cycle is cut where it
// closes; what is reached only around cycles comes after.
//
// Reads nodes (stratum), edges (delay), out_edges. Writes edges (kind, marks), nodes (call_order).
// From here on every edge is either inside a subgraph or between two, and no cycle is of direct
// edges alone.
#pragma once

#include "weir/plan/plan.h"
#include "weir/plan/scratch.h"

namespace weir {

namespace handoffs {

enum class Colour : std::uint8_t { unseen, on_path, finished };

class BackEdgeCutter {
 public:
  constexpr explicit BackEdgeCutter(PlanSpans plan)
      : plan_(plan),
        colour_(plan.nodes.size(), Colour::unseen),
        next_edge_(Scratch<Index>::copy_of(plan.out_begin)) {}

  constexpr void cut_from(std::size_t root) {
    if (colour_[root] != Colour::unseen) return;
    enter(root);
    while (!path_.empty()) {  // each edge is taken once
      std::size_t const node = path_.back();
      if (next_edge_[node] == plan_.out_begin[node + 1]) {
        colour_[node] = Colour::finished;
        plan_.nodes[node].call_order = finished_count_++;
        path_.pop_back();
        continue;
      }
      auto const slot = static_cast<std::size_t>(next_edge_[node]++);
      PlanEdge& edge = plan_.edges[static_cast<std::size_t>(plan_.out_edges[slot])];
      if (edge.kind != EdgeKind::direct) continue;
      auto const target = static_cast<std::size_t>(edge.target);
      if (colour_[target] == Colour::on_path) {
        edge.kind = EdgeKind::handoff;
      } else if (colour_[target] == Colour::unseen) {
        enter(target);
      }
    }
  }

 private:
  constexpr void enter(std::size_t node) {
    colour_[node] = Colour::on_path;
    path_.push_back(node);
  }

  PlanSpans plan_;
  Scratch<Colour> colour_;
  Scratch<Index> next_edge_;
  Scratch<std::size_t> path_;
  Index finished_count_ = 0;
};

}  // namespace handoffs

constexpr void place_handoffs(PlanSpans plan) {
  Scratch<std::uint8_t> fed(plan.nodes.size(), 0);
  for (PlanEdge& edge : plan.edges) {
    PlanNode const& source = plan.nodes[static_cast<std::size_t>(edge.source)];
    PlanNode const& target = plan.nodes[static_cast<std::size_t>(edge.target)];
    bool const staged = target.info.stages || target.info.wants_handoff;
    bool const blocks = target.info.blocks(edge.port);
    if (staged || (edge.delay != Delay::none && !blocks)) {
      edge.kind = EdgeKind::handoff;
    } else if (blocks) {
      edge.kind = EdgeKind::blocking;
      edge.marks = !target.info.replays && (target.info.flushes || target.info.ends_ticks);
    } else if (source.stratum != target.stratum) {
      edge.kind = EdgeKind::handoff;
    } else {
      edge.kind = EdgeKind::direct;
      fed[static_cast<std::size_t>(edge.target)] = 1;
    }
  }
  handoffs::BackEdgeCutter cutter(plan);
  for (std::size_t node = 0; node < plan.nodes.size(); ++node) {
    if (fed[node] == 0) cutter.cut_from(node);
  }
  for (std::size_t node = 0; node < plan.nodes.size(); ++node) cutter.cut_from(node);
}

}  // namespace weir

// Which part of a tick each node belongs to.
//
// An input that blocks (fold's, the `neg` of difference) must be complete before its operator gives
// anything: whatever feeds it runs in an earlier stratum. A cycle must not pass such an input, for
// it would have to be complete before it begins:
//
//        ┌──────────────────────────┐
//        ▼                          │                   a ─▶ difference ──▶ b
//   a ─▶ union ─▶ difference[neg] ──┘   refused              ▲ neg          │
//                                                            └─ defer_tick ◀┘   fine
//
// So: take the edges that stay within a tick, find the strongly connected components (Tarjan, SIAM
// J. Comput. 1972, without recursion), refuse one that holds a blocking edge, and number the
// components by their longest path, where a blocking edge counts one. Then what nothing feeds
// within the tick (a source, a defer_tick) sinks to the latest stratum that its consumers allow,
// and everything behind follows: a source that feeds only stratum 2 needs no handoff to get there.
//
// Reads nodes, edges, out_edges. Writes edges (delay), nodes (stratum). From here on strata are
// fixed.
#pragma once

#include <utility>

#include "weir/plan/plan.h"
#include "weir/plan/scratch.h"

namespace weir {

namespace strata {

constexpr void lower(Index& value, Index to) {
  if (to < value) value = to;
}
constexpr void raise(Index& value, Index to) {
  if (to > value) value = to;
}

constexpr bool within_tick(PlanEdge const& edge) { return edge.delay == Delay::none; }
// How many strata later the target of an edge is at least.
constexpr Index weight(PlanSpans const& plan, PlanEdge const& edge) {
  return plan.nodes[static_cast<std::size_t>(edge.target)].info.blocks(edge.port) ? 1 : 0;
}

struct Components {
  Scratch<Index> of;  // per node; a component's number is larger than those it leads to
  // The nodes, component by component, those it leads to first.
  Scratch<Index> nodes;
};

// Tarjan's algorithm with an explicit stack.
class ComponentFinder {
 public:
  constexpr explicit ComponentFinder(PlanSpans const& plan)
      : plan_(plan),
        found_{Scratch<Index>(plan.nodes.size(), no_index), {}},
        order_(plan.nodes.size(), no_index),
        low_(plan.nodes.size(), 0),
        next_edge_(plan.nodes.size(), 0) {}

  constexpr Components find() {
    for (std::size_t node = 0; node < plan_.nodes.size(); ++node) {
      if (order_[node] == no_index) visit(node);
    }
    return std::move(found_);
  }

 private:
  constexpr void enter(std::size_t node) {
    order_[node] = low_[node] = clock_++;
    next_edge_[node] = plan_.out_begin[node];
    open_.push_back(static_cast<Index>(node));
    path_.push_back(node);
  }

  constexpr void visit(std::size_t root) {
    enter(root);
    while (!path_.empty()) {  // each edge is taken once
      std::size_t const node = path_.back();
      if (next_edge_[node] == plan_.out_begin[node + 1]) {
        leave(node);
        continue;
      }
      auto const slot = static_cast<std::size_t>(next_edge_[node]++);
      PlanEdge const& edge = plan_.edges[static_cast<std::size_t>(plan_.out_edges[slot])];
      if (!within_tick(edge)) continue;
      auto const target = static_cast<std::size_t>(edge.target);
      if (order_[target] == no_index) {
        enter(target);
      } else if (found_.of[target] == no_index) {
        lower(low_[node], order_[target]);
      }
    }
  }

  constexpr void leave(std::size_t node) {
    path_.pop_back();
    if (!path_.empty()) lower(low_[path_.back()], low_[node]);
    if (low_[node] != order_[node]) return;
    for (bool last = false; !last;) {
      auto const member = static_cast<std::size_t>(open_.back());
      open_.pop_back();
      found_.of[member] = component_count_;
      found_.nodes.push_back(static_cast<Index>(member));
      last = member == node;
    }
    ++component_count_;
  }

  PlanSpans plan_;
  Components found_;
  Scratch<Index> order_;
  Scratch<Index> low_;
  Scratch<Index> next_edge_;
  Scratch<Index> open_;
  Scratch<std::size_t> path_;
  Index clock_ = 0;
  Index component_count_ = 0;
};

// Calls visit(from, to, weight) for each edge from `node` into another component.
template <class Visit>
constexpr void for_each_way_out(PlanSpans const& plan, Components const& components,
                                std::size_t node, Visit visit) {
  auto const from = static_cast<std::size_t>(components.of[node]);
  for (Index slot = plan.out_begin[node]; slot < plan.out_begin[node + 1]; ++slot) {
    auto const e = static_cast<std::size_t>(plan.out_edges[static_cast<std::size_t>(slot)]);
    PlanEdge const& edge = plan.edges[e];
    auto const target = static_cast<std::size_t>(edge.target);
    auto const to = static_cast<std::size_t>(components.of[target]);
    if (within_tick(edge) && from != to) visit(from, to, weight(plan, edge));
  }
}

// The stratum of each component: at least `begin`, and at least those of what feeds it, one more
// past a blocking edge.
constexpr Scratch<Index> earliest(PlanSpans const& plan, Components const& components,
                                  Scratch<Index> const& begin) {
  auto stratum = Scratch<Index>::copy_of(begin);
  for (std::size_t k = components.nodes.size(); k-- > 0;) {  // what feeds comes first
    auto const node = static_cast<std::size_t>(components.nodes[k]);
    for_each_way_out(plan, components, node, [&](std::size_t from, std::size_t to, Index weight) {
      raise(stratum[to], static_cast<Index>(stratum[from] + weight));
    });
  }
  return stratum;
}

// The latest stratum that the consumers of each component allow; what has none stays.
constexpr Scratch<Index> latest(PlanSpans const& plan, Components const& components,
                                Scratch<Index> const& stratum) {
  constexpr Index unlimited = 0x7FFF;
  Scratch<Index> limit(stratum.size(), unlimited);
  auto result = Scratch<Index>::copy_of(stratum);
  for (std::size_t k = 0; k < components.nodes.size(); ++k) {  // consumers come first
    auto const node = static_cast<std::size_t>(components.nodes[k]);
    for_each_way_out(plan, components, node, [&](std::size_t from, std::size_t to, Index weight) {
      lower(limit[from], static_cast<Index>(result[to] - weight));
    });
    // Read only by components that come later, so after all of this one's nodes.
    auto const component = static_cast<std::size_t>(components.of[node]);
    if (limit[component] != unlimited) result[component] = limit[component];
  }
  return result;
}

// Where nothing feeds a component within the tick, `late`; elsewhere 0, so that it follows.
constexpr Scratch<Index> beginnings(PlanSpans const& plan, Components const& components,
                                    Scratch<Index> const& late) {
  auto begin = Scratch<Index>::copy_of(late);
  for (std::size_t node = 0; node < plan.nodes.size(); ++node) {
    for_each_way_out(plan, components, node,
                     [&](std::size_t, std::size_t to, Index) { begin[to] = 0; });
  }
  return begin;
}

constexpr Diagnostic find_negative_cycle(PlanSpans const& plan, Components const& components) {
  for (PlanEdge const& edge : plan.edges) {
    auto const source = static_cast<std::size_t>(edge.source);
    auto const target = static_cast<std::size_t>(edge.target);
    if (!within_tick(edge) || weight(plan, edge) == 0) continue;
    if (components.of[source] != components.of[target]) continue;
    PlanNode const& waiting = plan.nodes[target];
    Diagnostic diagnostic{Check::negative_cycle, waiting.input_title()};
    diagnostic.other = plan.nodes[source].title();
    diagnostic.port = waiting.info.port_name(edge.port);
    diagnostic.element = edge.element;
    return diagnostic;
  }
  return {};
}

}  // namespace strata

constexpr Diagnostic stratify(PlanSpans plan) {
  for (PlanEdge& edge : plan.edges) {
    edge.delay = plan.nodes[static_cast<std::size_t>(edge.target)].info.delay;
  }
  strata::Components const components = strata::ComponentFinder(plan).find();
  Diagnostic const diagnostic = strata::find_negative_cycle(plan, components);
  if (!diagnostic.ok()) return diagnostic;

  Scratch<Index> const zero(plan.nodes.size(), 0);
  Scratch<Index> const early = strata::earliest(plan, components, zero);
  Scratch<Index> const late = strata::latest(plan, components, early);
  Scratch<Index> const begin = strata::beginnings(plan, components, late);
  Scratch<Index> const stratum = strata::earliest(plan, components, begin);
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    plan.nodes[n].stratum = stratum[static_cast<std::size_t>(components.of[n])];
  }
  return {};
}

}  // namespace weir

// Items that are appended to a buffer in blocks.
//
// Where items go from a source or a handoff through operators that give one for each they take
// (map, inspect, tee) into a buffer, a check of its room for every item would forbid the compiler
// to vectorise the loop. So a block of them goes into an array on the stack first, with nothing to
// check, and is appended as a whole:
//
//     source ─▶ map ─▶ map ─▶ [ array of 64 ] ═▶ handoff
//
// What is left over at the end, and whatever takes another way, goes item by item.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "weir/base/block.h"
#include "weir/flow/types.h"
#include "weir/pipes/pack.h"
#include "weir/plan/plan.h"

namespace weir {

// Items on their way into a buffer. (How many there are is known elsewhere: beside an array no
// compiler keeps a number in a register.)
template <class T>
struct BlockItems {
  T items[block_size];  // uninitialised
};

template <class Spec>
struct Blocks {
  static constexpr auto& plan = Spec::plan;

  // Larger ones gain nothing.
  static constexpr std::size_t item_size_max = 16;

  static constexpr PlanNode const& target_of(std::size_t edge) {
    return plan.nodes[static_cast<std::size_t>(plan.edges[edge].target)];
  }
  // A block goes on behind this edge: its target gives one item for each that comes along it.
  static constexpr bool passes(std::size_t edge) {
    PlanNode const& target = target_of(edge);
    return plan.edges[edge].kind == EdgeKind::direct && target.info.one_to_one &&
           target.input_count == 1;
  }

  // It may end here: at a handoff, or at the end of a chain that takes items from nobody else.
  static constexpr bool may_end(std::size_t edge) {
    PlanNode const& target = target_of(edge);
    bool const last = target.info.outputs.most == 0 && target.input_count == 1;
    return plan.edges[edge].kind == EdgeKind::handoff || last;
  }
  // It does: its items can be appended many at a time. (A template, so it is asked only of those on
  // the way of a block.)
  template <std::size_t Edge>
  static consteval bool ends() {
    using Item = typename Types<Spec>::template ItemOnEdge<Edge>;
    if constexpr (!may_end(Edge) || !std::is_trivial_v<Item> || sizeof(Item) > item_size_max) {
      return false;
    } else if constexpr (plan.edges[Edge].kind == EdgeKind::handoff) {
      return true;
    } else {
      constexpr auto target = static_cast<std::size_t>(plan.edges[Edge].target);
      using Target = typename Spec::template OperatorAt<target>;
      return requires(Target & output, Item const* items) { output.append(items, std::size_t{}); };
    }
  }

  // The edges on which the items of a block that leaves `Node` may, or do, come to an end. (Their
  // ways are a tree, for no node of it has two inputs.)
  struct Ways {
    std::array<std::size_t, Spec::edge_count> ends{};
    std::size_t count = 0;
  };
  template <std::size_t Node>
  static constexpr Ways possible_ways_from = [] {
    Ways ways;
    std::array<std::size_t, Spec::node_count> open{Node};
    for (std::size_t next = 0, known = 1; next < known; ++next) {
      for (Index slot = plan.out_begin[open[next]]; slot < plan.out_begin[open[next] + 1]; ++slot) {
        auto const e = static_cast<std::size_t>(plan.out_edges[static_cast<std::size_t>(slot)]);
        if (may_end(e)) ways.ends[ways.count++] = e;
        else if (passes(e)) open[known++] = static_cast<std::size_t>(plan.edges[e].target);
      }
    }
    return ways;
  }();
  template <std::size_t Node>
  static constexpr Ways ways_from = []<std::size_t... I>(std::index_sequence<I...>) {
    Ways ways;
    ((ends<possible_ways_from<Node>.ends[I]>()
          ? void(ways.ends[ways.count++] = possible_ways_from<Node>.ends[I])
          : void()),
     ...);
    return ways;
  }
  (std::make_index_sequence<possible_ways_from<Node>.count>{});
  template <std::size_t Node>
  static constexpr bool leads_to_buffers = ways_from<Node>.count > 0;

  // The arrays for what leaves `Node`.
  template <std::size_t Node, class Indices>
  struct ArraysOf;
  template <std::size_t Node, std::size_t... I>
  struct ArraysOf<Node, std::index_sequence<I...>>
      : PackElement<
            ways_from<Node>.ends[I],
            BlockItems<typename Types<Spec>::template ItemOnEdge<ways_from<Node>.ends[I]>>>... {};
  template <std::size_t Node>
  using Arrays = ArraysOf<Node, std::make_index_sequence<ways_from<Node>.count>>;
};

}  // namespace weir

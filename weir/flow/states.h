// What a running flow holds beside its operators: a state for each node, a buffer for each edge
// that needs one.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "weir/flow/types.h"
#include "weir/pipes/pack.h"

namespace weir {

template <class Spec>
struct States {
  static constexpr auto& plan = Spec::plan;
  using Typed = Types<Spec>;

  template <class Indices>
  struct StatePack;
  template <std::size_t... Node>
  struct StatePack<std::index_sequence<Node...>>
      : PackElement<Node, typename Typed::template StateOf<Node>::type>... {};
  template <class Indices>
  struct BufferPack;
  template <std::size_t... Edge>
  struct BufferPack<std::index_sequence<Edge...>>
      : PackElement<Edge, typename Typed::template BufferOf<Edge>::type>... {};

  using Nodes = std::make_index_sequence<Spec::node_count>;
  using OfNodes = StatePack<Nodes>;
  using OfEdges = BufferPack<std::make_index_sequence<Spec::edge_count>>;

  // An operator may begin with a state of its own making (fold's init).
  template <std::size_t Node>
  static auto initial_state(typename Spec::Statements& statements) {
    using State = typename Typed::template StateOf<Node>::type;
    constexpr auto typed_by = static_cast<std::size_t>(plan.nodes[Node].typed_by);
    auto& op = Spec::template operator_at<Node>(statements);
    if constexpr (std::is_same_v<State, Stateless>) {
      return State{};
    } else if constexpr (requires {
                           op.template initial_state<
                               typename Typed::template ItemOnEdge<typed_by>>();
                         }) {
      return op.template initial_state<typename Typed::template ItemOnEdge<typed_by>>();
    } else {
      return State{};
    }
  }
  template <std::size_t... Node>
  static OfNodes make(typename Spec::Statements& statements, std::index_sequence<Node...>) {
    return {{initial_state<Node>(statements)}...};
  }
};

}  // namespace weir

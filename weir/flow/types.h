// The item type of every node, from the sources on.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "weir/pipes/operator.h"
#include "weir/plan/plan.h"
#include "weir/sched/handoff.h"

namespace weir {

template <class... T>
inline constexpr bool any_untyped = (std::is_same_v<T, Untyped> || ...);

template <class... T>
struct TypeList {};

// What an operator gives for inputs of these types, as a Type.
template <class Op, class... In>
consteval auto output_of(TypeList<In...>) {
  if constexpr (any_untyped<In...>) return Type<Untyped>{};
  else if constexpr (sizeof...(In) == 0 && Op::info.source) return Op::output();
  else if constexpr (sizeof...(In) == 0) return Type<Untyped>{};
  else return Op::template output<In...>();
}

// The state it needs for them, as a Type.
template <class Op, class Given, class... In>
consteval auto state_of(TypeList<In...>) {
  if constexpr (any_untyped<Given, In...>) return Type<Stateless>{};
  else if constexpr (requires { typename Op::template State<In...>; }) {
    return Type<typename Op::template State<In...>>{};
  } else {
    return Type<Stateless>{};
  }
}

template <class Spec>
struct Types {
  static constexpr auto& plan = Spec::plan;

  // The edge into input `port` of a node with named inputs.
  static consteval std::size_t edge_into(std::size_t node, std::size_t port) {
    for (std::size_t e = 0; e < plan.edges.size(); ++e) {
      if (plan.edges[e].target == static_cast<Index>(node) && plan.edges[e].port == port) return e;
    }
    return plan.edges.size();
  }

  template <std::size_t Node>
  struct Item;
  template <std::size_t Edge>
  using ItemOnEdge = typename Item<static_cast<std::size_t>(plan.edges[Edge].source)>::type;

  // The item types of a node's inputs, in the order of their ports.
  template <std::size_t Node>
  static consteval auto inputs_of() {
    constexpr PlanNode node = plan.nodes[Node];
    if constexpr (node.input_count == 0) {
      return TypeList<>{};
    } else if constexpr (node.info.named_input_count() == 2) {
      return TypeList<ItemOnEdge<edge_into(Node, 0)>, ItemOnEdge<edge_into(Node, 1)>>{};
    } else {
      return TypeList<ItemOnEdge<static_cast<std::size_t>(node.typed_by)>>{};
    }
  }

  template <std::size_t Node>
  struct Item {
    using type = typename decltype(output_of<typename Spec::template OperatorAt<Node>>(
        inputs_of<Node>()))::type;
  };

  template <std::size_t Node>
  struct StateOf {
    using type = typename decltype(state_of<typename Spec::template OperatorAt<Node>,
                                            typename Item<Node>::type>(inputs_of<Node>()))::type;
  };

  template <std::size_t Edge>
  struct BufferOf {
    static consteval auto find() {
      constexpr PlanEdge edge = plan.edges[Edge];
      if constexpr (edge.kind == EdgeKind::handoff) return Type<Handoff<ItemOnEdge<Edge>>>{};
      else if constexpr (edge.kind == EdgeKind::blocking && edge.marks) return Type<Mark>{};
      else return Type<Stateless>{};
    }
    using type = typename decltype(find())::type;
  };

  // Every operator is looked at once, so every wrong function is reported.
  template <std::size_t... Node>
  static consteval bool known(std::index_sequence<Node...>) {
    return !any_untyped<typename Item<Node>::type...>;
  }
  static constexpr bool all_known = known(std::make_index_sequence<Spec::node_count>{});
};

}  // namespace weir

// The item type of every node, from the sources on, and whether each node can take what it is
// given.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
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

// Whether an operator can work with inputs of these types.
template <class Op, class... In>
consteval bool takes_all() {
  if constexpr (requires { Op::template takes<false, In...>(); }) {
    return Op::template takes<false, In...>();
  } else {
    return true;
  }
}

// What a node gives whose outputs have names: to each its own.
struct Routed {};

// What is wrong with the names of an operator's outputs, where its items decide them.
template <class Op, std::size_t Count, class... In>
consteval WrongOutput wrong_output_of(TypeList<In...>,
                                      std::array<std::string_view, Count> const& ports) {
  if constexpr (Op::info.output_ports == OutputPorts::by_item) {
    return Op::template find_wrong_output<In...>(ports);
  } else {
    return {};
  }
}

// What an operator gives for inputs of these types, as a Type.
template <class Op, class... In>
consteval auto output_of(TypeList<In...>) {
  if constexpr (any_untyped<In...>) return Type<Untyped>{};
  else if constexpr (!takes_all<Op, In...>()) return Type<Untyped>{};
  else if constexpr (Op::info.output_ports != OutputPorts::alike) return Type<Routed>{};
  else return Op::template output<In...>();
}

// What it gives at one of its outputs, where these have names, as a Type.
template <class Op, class AtPort, class... In>
consteval auto output_at(TypeList<In...>) {
  if constexpr (wrong_output_of<Op>(TypeList<In...>{}, std::array{AtPort::name}).kind ==
                WrongOutput::unknown) {
    return Type<Untyped>{};
  } else {
    return Op::template output_at<AtPort, In...>();
  }
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

// What is wrong with the items of a flow: the first thing, in the order types become known.
struct WrongItem {
  enum Kind : std::uint8_t {
    nothing,
    refused,    // the operator of `node` does not take what it is given
    misrouted,  // `port` is no output of `node`, or it is and leads nowhere: see `output`
    mixed,      // `edge` brings to `node` another type than its first input
    uncopied,   // `node` gives to several what cannot be copied
  };
  Kind kind = nothing;
  Index node = no_index;
  Index edge = no_index;
  WrongOutput output{};
};

template <class Spec>
struct Types {
  static constexpr auto& plan = Spec::plan;

  // The edges into the inputs of the nodes with named inputs.
  static constexpr std::array<std::array<Index, 2>, Spec::node_count> named_inputs = [] {
    std::array<std::array<Index, 2>, Spec::node_count> all{};
    for (std::size_t e = 0; e < plan.edges.size(); ++e) {
      PlanEdge const& edge = plan.edges[e];
      if (edge.port < 2)
        all[static_cast<std::size_t>(edge.target)][edge.port] = static_cast<Index>(e);
    }
    return all;
  }();

  template <std::size_t Node>
  struct Item;
  template <std::size_t Edge, bool Alike>
  struct OnEdge {
    using type = typename Item<static_cast<std::size_t>(plan.edges[Edge].source)>::type;
  };
  template <std::size_t Edge>
  struct OnEdge<Edge, false> {
    static constexpr auto source = static_cast<std::size_t>(plan.edges[Edge].source);
    struct AtPort : PortName {
      static constexpr std::string_view name = plan.edges[Edge].source_port;
    };
    static consteval auto find() {
      if constexpr (is_untyped<source>) return Type<Untyped>{};
      else
        return output_at<typename Spec::template OperatorAt<source>, AtPort>(inputs_of<source>());
    }
    using type = typename decltype(find())::type;
  };
  template <std::size_t Edge>
  using ItemOnEdge =
      typename OnEdge<Edge, plan.nodes[static_cast<std::size_t>(plan.edges[Edge].source)]
                                    .info.output_ports == OutputPorts::alike>::type;

  // The item types of a node's inputs, in the order of their ports.
  template <std::size_t Node>
  static consteval auto inputs_of() {
    constexpr PlanNode node = plan.nodes[Node];
    if constexpr (node.input_count == 0) {
      return TypeList<>{};
    } else if constexpr (node.info.named_input_count() == 2 && !node.info.typed_by_any_input) {
      constexpr std::array<Index, 2> edges = named_inputs[Node];
      return TypeList<ItemOnEdge<static_cast<std::size_t>(edges[0])>,
                      ItemOnEdge<static_cast<std::size_t>(edges[1])>>{};
    } else {
      return TypeList<ItemOnEdge<static_cast<std::size_t>(node.typed_by)>>{};
    }
  }

  template <std::size_t Node>
  static consteval auto given_by() {
    using Itself = typename Spec::template OperatorAt<Node>;
    constexpr auto typed_by = static_cast<std::size_t>(plan.nodes[Node].typed_by);
    if constexpr (Itself::info.source) return Itself::output();  // whatever may flow into it
    // (Whether it takes this together with the other is asked when both are known: `refuses`.)
    else if constexpr (Itself::info.typed_by_first_input)
      return output_of<Itself>(TypeList<ItemOnEdge<typed_by>>{});
    else return output_of<Itself>(inputs_of<Node>());
  }
  template <std::size_t Node>
  struct Item {
    using type = typename decltype(given_by<Node>())::type;
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

  // The nodes in the order of their types: each finds those of its inputs known, so that templates
  // nest a few levels deep and not as deep as the flow is long.
  static constexpr std::array<std::size_t, Spec::node_count> in_type_order = [] {
    std::array<std::size_t, Spec::node_count> all{};
    for (std::size_t n = 0; n < all.size(); ++n) {
      all[static_cast<std::size_t>(plan.nodes[n].type_order)] = n;
    }
    return all;
  }();

  // An edge that must bring the same type as the one that its target is typed by.
  static constexpr bool must_agree(PlanEdge const& edge, std::size_t e) {
    PlanNode const& target = plan.nodes[static_cast<std::size_t>(edge.target)];
    bool const alike = target.info.named_input_count() == 0 || target.info.typed_by_any_input;
    return alike && target.typed_by != static_cast<Index>(e);
  }
  static constexpr std::size_t agreeing_count = [] {
    std::size_t count = 0;
    for (std::size_t e = 0; e < plan.edges.size(); ++e) count += must_agree(plan.edges[e], e);
    return count;
  }();
  static constexpr std::array<std::size_t, agreeing_count> agreeing = [] {
    std::array<std::size_t, agreeing_count> all{};
    std::size_t next = 0;
    for (std::size_t e = 0; e < plan.edges.size(); ++e) {
      if (must_agree(plan.edges[e], e)) all[next++] = e;
    }
    return all;
  }();

  template <std::size_t Node>
  static constexpr bool is_untyped = std::is_same_v<typename Item<Node>::type, Untyped>;

  template <std::size_t Node>
  static consteval bool is_uncopied() {
    bool constexpr alike = plan.nodes[Node].info.output_ports == OutputPorts::alike;
    if constexpr (!alike || plan.nodes[Node].output_count < 2 || is_untyped<Node>) return false;
    else return !std::copy_constructible<typename Item<Node>::type>;
  }

  template <std::size_t Edge>
  static consteval bool disagrees() {
    constexpr auto target = static_cast<std::size_t>(plan.edges[Edge].target);
    constexpr auto first = static_cast<std::size_t>(plan.nodes[target].typed_by);
    return !std::is_same_v<ItemOnEdge<first>, ItemOnEdge<Edge>>;
  }

  // The nodes whose items name their outputs, in the order of their types.
  static constexpr std::size_t router_count = [] {
    std::size_t count = 0;
    for (PlanNode const& node : plan.nodes) {
      count += node.info.output_ports == OutputPorts::by_item ? 1 : 0;
    }
    return count;
  }();
  static constexpr std::array<std::size_t, router_count> routers = [] {
    std::array<std::size_t, router_count> all{};
    std::size_t next = 0;
    for (std::size_t const n : in_type_order) {
      if (plan.nodes[n].info.output_ports == OutputPorts::by_item) all[next++] = n;
    }
    return all;
  }();

  template <std::size_t Node>
  static consteval WrongOutput wrong_output() {
    if constexpr (is_untyped<Node>) {
      return {};
    } else {
      constexpr auto count = plan.nodes[Node].output_count;
      std::array<std::string_view, count> names{};
      for (std::size_t k = 0; k < count; ++k) {
        auto const slot = static_cast<std::size_t>(plan.out_begin[Node]) + k;
        names[k] = plan.edges[static_cast<std::size_t>(plan.out_edges[slot])].source_port;
      }
      return wrong_output_of<typename Spec::template OperatorAt<Node>>(inputs_of<Node>(), names);
    }
  }

  // The first of them whose outputs are not those of its items.
  template <std::size_t... Router>
  static consteval WrongItem find_misrouted(std::index_sequence<Router...>) {
    WrongOutput const outputs[] = {WrongOutput{}, wrong_output<routers[Router]>()...};
    for (std::size_t at = 1; at < std::size(outputs); ++at) {
      if (outputs[at].kind == WrongOutput::nothing) continue;
      return {WrongItem::misrouted, static_cast<Index>(routers[at - 1]), no_index, outputs[at]};
    }
    return {};
  }

  // What it gives is known before all of what it is given.
  static constexpr bool is_typed_early(PlanNode const& node) {
    return node.info.typed_by_first_input || (node.info.source && node.input_count > 0);
  }
  // Those nodes, in the order of their types.
  static constexpr std::size_t first_typed_count = [] {
    std::size_t count = 0;
    for (PlanNode const& node : plan.nodes) count += is_typed_early(node) ? 1 : 0;
    return count;
  }();
  static constexpr std::array<std::size_t, first_typed_count> first_typed = [] {
    std::array<std::size_t, first_typed_count> all{};
    std::size_t next = 0;
    for (std::size_t const n : in_type_order) {
      if (is_typed_early(plan.nodes[n])) all[next++] = n;
    }
    return all;
  }();

  template <std::size_t Node>
  static consteval bool refuses() {
    return []<class... In>(TypeList<In...>) {
      if constexpr (any_untyped<In...>) return false;
      else return !takes_all<typename Spec::template OperatorAt<Node>, In...>();
    }(inputs_of<Node>());
  }
  template <std::size_t... FirstTyped>
  static consteval Index find_refusing(std::index_sequence<FirstTyped...>) {
    bool const refusing[] = {false, refuses<first_typed[FirstTyped]>()...};
    for (std::size_t at = 1; at < std::size(refusing); ++at) {
      if (refusing[at]) return static_cast<Index>(first_typed[at - 1]);
    }
    return no_index;
  }

  // (Arrays rather than folds: clang folds no more than 256 expressions.)
  template <std::size_t... Position, std::size_t... Agreeing>
  static consteval WrongItem find_wrong(std::index_sequence<Position...>,
                                        std::index_sequence<Agreeing...>) {
    WrongItem const misrouted = find_misrouted(std::make_index_sequence<router_count>{});
    if (misrouted.kind != WrongItem::nothing) return misrouted;
    bool const untyped[] = {false, is_untyped<in_type_order[Position]>...};
    Index const refusing = find_refusing(std::make_index_sequence<first_typed_count>{});
    for (std::size_t at = 1; at < std::size(untyped); ++at) {
      auto const node = static_cast<Index>(in_type_order[at - 1]);
      // The first of them was given something: it is the one that refused it.
      if (untyped[at] || node == refusing) return {WrongItem::refused, node};
    }
    bool const uncopied[] = {false, is_uncopied<in_type_order[Position]>()...};
    for (std::size_t at = 1; at < std::size(uncopied); ++at) {
      if (uncopied[at]) return {WrongItem::uncopied, static_cast<Index>(in_type_order[at - 1])};
    }
    bool const mixed[] = {false, disagrees<agreeing[Agreeing]>()...};
    for (std::size_t at = 1; at < std::size(mixed); ++at) {
      if (!mixed[at]) continue;
      std::size_t const edge = agreeing[at - 1];
      return {WrongItem::mixed, plan.edges[edge].target, static_cast<Index>(edge)};
    }
    return {};
  }
  static constexpr WrongItem wrong = find_wrong(std::make_index_sequence<Spec::node_count>{},
                                                std::make_index_sequence<agreeing_count>{});
};

}  // namespace weir

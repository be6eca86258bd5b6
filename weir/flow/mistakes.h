// A mistake in a flow as ONE compile error: a sentence with the remedy, and the facts as template
// arguments, which both compilers print:
//
//   In instantiation of ‘struct mistake_in_flow<Check::missing_input, at_node<8>{"my_join"},
//       at_port<2>{"1"}, after<10>{"my_join ="}, before<4>{"tee"}>’:
//   error: static assertion failed: weir: at_port of at_node is not connected; …
//
// What is asserted depends on the facts alone, and flow() itself names it, so that the only long
// line of the message is the one in which the compiler spells out flow's statements.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

#include "weir/flow/types.h"
#include "weir/plan/plan.h"

namespace weir {

// ---- facts ----

template <std::size_t Size>
struct at_node {  // its name, or its operator's
  char text[Size]{};
};
template <std::size_t Size>
struct at_port {
  char text[Size]{};
};
template <std::size_t Size>
struct has_port {  // one that the node has
  char text[Size]{};
};
template <std::size_t Size>
struct other_node {
  char text[Size]{};
};
template <std::size_t Size>
struct after {  // what is written before it in its statement
  char text[Size]{};
};
template <std::size_t Size>
struct before {  // what is written behind it
  char text[Size]{};
};

// Text to be printed: a name, perhaps with a port, perhaps with something behind both.
struct Words {
  std::string_view name{};
  std::string_view port{};
  std::string_view tail{};
};

constexpr std::size_t length(Words const& words) {
  std::size_t const port = words.port.empty() ? 0 : words.port.size() + 2;
  return words.name.size() + port + words.tail.size();
}

template <template <std::size_t> class Fact, std::size_t Size>
consteval Fact<Size> make_fact(Words const& words) {
  Fact<Size> fact;
  std::size_t next = 0;
  auto const write = [&](std::string_view text) {
    for (char const letter : text) fact.text[next++] = letter;
  };
  write(words.name);
  if (!words.port.empty()) {
    write("[");
    write(words.port);
    write("]");
  }
  write(words.tail);
  fact.text[next] = '\0';  // clang prints as text only what was written to the end
  return fact;
}

template <auto... Fact>
struct Facts {};
// One more, unless it is empty. `Text` is a function, for its result has to be a constant here.
template <template <std::size_t> class Next, auto... Fact, class Text>
consteval auto add(Facts<Fact...>, Text) {
  constexpr Words text = Text{}();
  if constexpr (length(text) == 0) return Facts<Fact...>{};
  else return Facts<Fact..., make_fact<Next, length(text) + 1>(text)>{};
}

// Where an element of the statements is written: between these.
struct Neighbours {
  Words after{};
  Words before{};
};

constexpr Words as_written(Element const& element) {
  if (element.is_operator) return {element.info.name};
  return {element.name, element.port};
}

constexpr Neighbours neighbours(Statements const& all, Index element) {
  Neighbours found;
  for (Statement const& statement : all.statements) {
    auto const end = static_cast<Index>(statement.first + statement.count);
    if (element < statement.first || element >= end) continue;
    auto const at = static_cast<std::size_t>(element);
    if (element > statement.first) {
      found.after = as_written(all.elements[at - 1]);
    } else if (!statement.name.empty()) {
      found.after = {statement.name, {}, " ="};
    }
    if (element + 1 < end) found.before = as_written(all.elements[at + 1]);
  }
  return found;
}

// ---- mistakes in the graph ----

// False, with the facts in its name: clang prints it in the error's own line.
template <auto... Fact>
inline constexpr bool no_mistake = false;

template <Check Found, auto... Fact>
struct mistake_in_flow;

template <auto... Fact>
struct mistake_in_flow<Check::unknown_name, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node is used in this flow but never defined; add a statement "
                "`at_node = ...`, or correct the name");
};
template <auto... Fact>
struct mistake_in_flow<Check::duplicate_name, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node is defined twice in this flow; give one of the two another name");
};
template <auto... Fact>
struct mistake_in_flow<Check::circular_name, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node stands only for itself; define it with an operator");
};
template <auto... Fact>
struct mistake_in_flow<Check::missing_input, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: an input of at_node is not connected: at_port, where it has ports; add "
                "`... >> at_node` or `... >> at_node[at_port]`");
};
template <auto... Fact>
struct mistake_in_flow<Check::extra_input, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node has no room for this further input; lead both into a union_() "
                "and that into at_node");
};
template <auto... Fact>
struct mistake_in_flow<Check::no_input, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node takes no input, it is a source; begin a statement with it, and "
                "join it with others in a union_()");
};
template <auto... Fact>
struct mistake_in_flow<Check::missing_output, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: an output of at_node goes nowhere: at_port, where it has ports; add "
                "`at_node >> ...` or `at_node[at_port] >> ...`, at the end for example for_each");
};
template <auto... Fact>
struct mistake_in_flow<Check::extra_output, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: the output of at_node is used twice; end at_node with `>> tee()`, which "
                "gives its items to all");
};
template <auto... Fact>
struct mistake_in_flow<Check::no_output, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node gives nothing, so nothing can follow it; put a tee() or an "
                "inspect before it");
};
template <auto... Fact>
struct mistake_in_flow<Check::unknown_port, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node has no input at_port; use one that it has (has_port), or none "
                "where it has none: `... >> at_node`");
};
template <auto... Fact>
struct mistake_in_flow<Check::output_port, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_port of at_node stands on the left of `>>`, where items flow out of it, "
                "but its outputs have no ports; remove it there");
};
template <auto... Fact>
struct mistake_in_flow<Check::unknown_output, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node has no output at_port; use one that it has (has_port), or number "
                "them from 0 on");
};
template <auto... Fact>
struct mistake_in_flow<Check::output_port_needed, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node has several outputs; say which one, a has_port where they are "
                "listed: `at_node[has_port] >> ...`");
};
template <auto... Fact>
struct mistake_in_flow<Check::duplicate_output, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: the output at_port of at_node is used twice; lead it into a tee(), which "
                "gives its items to all");
};
template <auto... Fact>
struct mistake_in_flow<Check::second_port, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node stands for a port already; remove at_port here or there");
};
template <auto... Fact>
struct mistake_in_flow<Check::port_needed, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node has several inputs; say which one, a has_port: "
                "`... >> at_node[has_port]`");
};
template <auto... Fact>
struct mistake_in_flow<Check::duplicate_port, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_port of at_node is connected twice; lead both into a union_() and that "
                "into at_node[at_port]");
};
template <auto... Fact>
struct mistake_in_flow<Check::negative_cycle, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node waits for all of its input (at_port, where it has ports), but that "
                "comes round a cycle from at_node itself, by other_node; break the cycle with "
                "defer_tick()");
};
template <auto... Fact>
struct mistake_in_flow<Check::endless, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: at_node gives what it holds again in every tick, and what other_node sends "
                "starts one, so this would never come to rest; use the operator whose name ends "
                "with _no_replay, or put unique(forever) between the two");
};
template <auto... Fact>
struct mistake_in_flow<Check::untyped_cycle, Fact...> {
  static_assert(no_mistake<Fact...>,
                "weir: the item type of at_node cannot be known, for no source leads to it; feed "
                "it, or the cycle it is in, from a source");
};

template <class Spec>
struct GraphMistake {
  static constexpr Diagnostic found = Spec::plan.diagnostic;
  static constexpr Neighbours place = neighbours(Spec::all_statements(), found.element);

  static consteval auto facts() {
    auto const node = add<at_node>(Facts<>{}, [] { return Words{found.node}; });
    auto const port = add<at_port>(node, [] { return Words{found.port}; });
    auto const other = add<other_node>(port, [] { return Words{found.other}; });
    auto const first = add<has_port>(other, [] { return Words{found.ports[0]}; });
    auto const second = add<has_port>(first, [] { return Words{found.ports[1]}; });
    auto const third = add<has_port>(second, [] { return Words{found.ports[2]}; });
    auto const fourth = add<has_port>(third, [] { return Words{found.ports[3]}; });
    auto const left = add<after>(fourth, [] { return place.after; });
    return add<before>(left, [] { return place.before; });
  }
  template <auto... Fact>
  static Type<mistake_in_flow<found.check, Fact...>> name(Facts<Fact...>);
  using type = typename decltype(name(facts()))::type;
};

// ---- mistakes in the items ----

template <class Op, class Inputs, auto... Fact>
struct mistake_in_operator;
template <class Op, class... In, auto... Fact>
struct mistake_in_operator<Op, TypeList<In...>, Fact...> {
  using taken = std::bool_constant<Op::template takes<true, In...>()>;
};

template <class First, class Other, auto... Fact>
struct mistake_in_inputs {
  static_assert(
      no_mistake<Fact...>,
      "weir: all inputs of at_node must carry one type, but its first carries First, and "
      "other_node brings Other (to at_port, where there are ports); map one of them first");
};

template <class Item, auto... Fact>
struct mistake_in_outputs {
  static_assert(no_mistake<Fact...>,
                "weir: at_node gives each Item to several others, but an Item cannot be copied; "
                "give it to one, or make it copyable");
};

template <class Item, WrongOutput::Kind Kind, auto... Fact>
struct mistake_in_routes {
  static_assert(Kind != WrongOutput::unknown || no_mistake<Fact...>,
                "weir: at_port is no output of at_node, for no Item of it goes there; correct the "
                "port or remove it");
  static_assert(Kind != WrongOutput::missing || no_mistake<Fact...>,
                "weir: items of at_node go to at_port, but that is not connected; add "
                "`at_node[at_port] >> ...`, at the end for example null()");
};

template <class Spec>
struct ItemMistake {
  static constexpr WrongItem found = Types<Spec>::wrong;
  static constexpr auto node_index = static_cast<std::size_t>(found.node);
  static constexpr PlanNode const& wrong_node = Spec::plan.nodes[node_index];
  static constexpr Neighbours place = neighbours(Spec::all_statements(), wrong_node.element);

  static consteval Words title() {
    return {found.kind == WrongItem::mixed ? wrong_node.input_title() : wrong_node.title()};
  }
  // Where a second type comes from, and to which port.
  static consteval Words source() {
    if (found.edge == no_index) return {};
    PlanEdge const& edge = Spec::plan.edges[static_cast<std::size_t>(found.edge)];
    return {Spec::plan.nodes[static_cast<std::size_t>(edge.source)].title()};
  }
  static consteval Words port() {
    if (found.kind == WrongItem::misrouted) return {found.output.port};
    if (found.edge == no_index) return {};
    PlanEdge const& edge = Spec::plan.edges[static_cast<std::size_t>(found.edge)];
    return {wrong_node.info.port_name(edge.port)};
  }

  static consteval auto facts() {
    auto const node = add<at_node>(Facts<>{}, [] { return title(); });
    auto const at = add<at_port>(node, [] { return port(); });
    auto const other = add<other_node>(at, [] { return source(); });
    auto const left = add<after>(other, [] { return place.after; });
    return add<before>(left, [] { return place.before; });
  }
  template <auto... Fact>
  static consteval auto name(Facts<Fact...>) {
    using Typed = Types<Spec>;
    if constexpr (found.kind == WrongItem::refused) {
      using Wrong = typename Spec::template OperatorAt<node_index>;
      using Inputs = decltype(Typed::template inputs_of<node_index>());
      return Type<mistake_in_operator<Wrong, Inputs, Fact...>>{};
    } else if constexpr (found.kind == WrongItem::misrouted) {
      using Given =
          typename Typed::template ItemOnEdge<static_cast<std::size_t>(wrong_node.typed_by)>;
      return Type<mistake_in_routes<Given, found.output.kind, Fact...>>{};
    } else if constexpr (found.kind == WrongItem::mixed) {
      constexpr auto first = static_cast<std::size_t>(wrong_node.typed_by);
      using First = typename Typed::template ItemOnEdge<first>;
      using Other = typename Typed::template ItemOnEdge<static_cast<std::size_t>(found.edge)>;
      return Type<mistake_in_inputs<First, Other, Fact...>>{};
    } else {
      return Type<mistake_in_outputs<typename Typed::template Item<node_index>::type, Fact...>>{};
    }
  }
  using type = typename decltype(name(facts()))::type;
};

}  // namespace weir

// The flow syntax: `reached >> map(f) >> my_join[_0]`, `my_join = join() >> tee()`.
//
// Nodes are C++ objects whose type is their name; a chain is what `>>` collects; a statement is a
// chain, perhaps with a name. None of this does anything but hold operators: flow() reads it.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/flow/name.h"
#include "weir/pipes/chain.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/pack.h"

namespace weir {

// A use of a node in a chain, with the name of a port or without.
template <Name Text, class AtPort = void>
struct Reference {
  static constexpr std::string_view name = Text.view();
};

template <Name Text, class... Part>
struct [[nodiscard("weir: a named chain does nothing outside flow(...)")]] Definition {
  static constexpr std::string_view name = Text.view();
  Chain<Part...> chain;
};

// What a mistake in a statement gives, so that the mistake is the only error.
struct BrokenStatement {};

template <class T>
inline constexpr bool is_link = is_operator<T>;  // or a reference, a node, a chain: see below

// Declared once, by name, at namespace or function scope:
//   static constexpr weir::node<"reached"> reached;
template <Name Text>
struct node {
  template <is_port AtPort>
  constexpr Reference<Text, AtPort> operator[](AtPort) const {
    return {};
  }
  template <class... Part>
  constexpr Definition<Text, Part...> operator=(Chain<Part...> chain) const {
    return {std::move(chain)};
  }
  template <is_operator Only>
  constexpr Definition<Text, Only> operator=(Only only) const {
    return {{{{std::move(only)}}}};
  }
  template <Name Other, class AtPort>
  constexpr Definition<Text, Reference<Other, AtPort>> operator=(Reference<Other, AtPort>) const {
    return {};
  }
  template <Name Other>
  constexpr Definition<Text, Reference<Other>> operator=(node<Other>) const {
    return {};
  }
  template <class T>
  requires(!is_link<T>) constexpr BrokenStatement operator=(T const&) const {
    static_assert(is_link<T> || std::is_same_v<T, BrokenStatement>,
                  "weir: `node = ...` defines a node as an operator, a chain, or another node, and "
                  "this is none of them; call an operator with its parentheses: `node = tee()`");
    return {};
  }
};

template <class T>
inline constexpr bool is_reference = false;
template <Name Text, class AtPort>
inline constexpr bool is_reference<Reference<Text, AtPort>> = true;

template <class T>
inline constexpr bool is_node = false;
template <Name Text>
inline constexpr bool is_node<node<Text>> = true;

template <class T>
inline constexpr bool is_chain = false;
template <class... Part>
inline constexpr bool is_chain<Chain<Part...>> = true;

template <class T>
concept is_part = is_operator<T> || is_reference<T> || is_node<T>;

template <Name Text, class AtPort>
inline constexpr bool is_link<Reference<Text, AtPort>> = true;
template <Name Text>
inline constexpr bool is_link<node<Text>> = true;
template <class... Part>
inline constexpr bool is_link<Chain<Part...>> = true;

// A part as a chain keeps it: a node becomes a reference to it.
template <is_part T>
constexpr T as_part(T part) {
  return part;
}
template <Name Text>
constexpr Reference<Text> as_part(node<Text>) {
  return {};
}

template <is_part A, is_part B>
constexpr auto operator>>(A a, B b) {
  return Chain<decltype(as_part(std::move(a))), decltype(as_part(std::move(b)))>{
      {{as_part(std::move(a))}, {as_part(std::move(b))}}};
}

template <std::size_t... I, class... Part, class Last>
constexpr auto append(std::index_sequence<I...>, Chain<Part...>& chain, Last last) {
  return Chain<Part..., Last>{{{std::move(get<I>(chain.parts))}..., {std::move(last)}}};
}
template <class... Part, is_part B>
constexpr auto operator>>(Chain<Part...> chain, B b) {
  return append(std::index_sequence_for<Part...>{}, chain, as_part(std::move(b)));
}
template <class... A, class... B>
constexpr auto operator>>(Chain<A...> a, Chain<B...> b) {
  return [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>,
                                                 std::index_sequence<J...>) {
    return Chain<A..., B...>{{{std::move(get<I>(a.parts))}..., {std::move(get<J>(b.parts))}...}};
  }
  (std::index_sequence_for<A...>{}, std::index_sequence_for<B...>{});
}
template <is_part A, class... B>
constexpr auto operator>>(A a, Chain<B...> b) {
  using First = decltype(as_part(std::move(a)));
  return Chain<First>{{{as_part(std::move(a))}}} >> std::move(b);
}

// One side is no part of a flow.
template <class A, class B>
requires(is_link<A> != is_link<B>) constexpr BrokenStatement operator>>(A const&, B const&) {
  constexpr bool reported =
      std::is_same_v<A, BrokenStatement> || std::is_same_v<B, BrokenStatement>;
  static_assert(
      reported,
      "weir: `>>` connects operators, nodes and chains, and one side is none of them; call "
      "an operator with its parentheses, and a function by one: `>> tee() >> map(f)`");
  return {};
}

}  // namespace weir

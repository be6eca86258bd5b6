// From the statements of a flow to its plan and its operators: values in, one constexpr value out.
//
// A Spec has no state. It knows the elements and statements (as plan wants them), the plan, and for
// each node of the plan in which statement and at which place of its chain the operator is to be
// found.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/flow/syntax.h"
#include "weir/pipes/pack.h"
#include "weir/plan/make_plan.h"

namespace weir {

template <class Part>
consteval Element describe_part() {
  Element element;
  element.is_operator = true;
  element.info = Part::info;
  return element;
}
template <class Part>
requires is_reference<Part>
consteval Element describe_part() {
  Element element;
  element.name = Part::name;
  [&]<Name Text, class AtPort>(Reference<Text, AtPort>*) {
    if constexpr (!std::is_void_v<AtPort>) element.port = AtPort::name;
  }(static_cast<Part*>(nullptr));
  return element;
}

// What a statement may be: a definition, a chain, or a single operator that needs no partner.
template <class T>
struct StatementOf;
template <Name Text, class... Part>
struct StatementOf<Definition<Text, Part...>> {
  static constexpr std::string_view name = Text.view();
  static constexpr std::size_t size = sizeof...(Part);
  static constexpr std::array<Element, size> elements{describe_part<Part>()...};
  static auto& parts(Definition<Text, Part...>& statement) { return statement.chain.parts; }
};
template <class... Part>
struct StatementOf<Chain<Part...>> {
  static constexpr std::string_view name{};
  static constexpr std::size_t size = sizeof...(Part);
  static constexpr std::array<Element, size> elements{describe_part<Part>()...};
  static auto& parts(Chain<Part...>& statement) { return statement.parts; }
};

// Where the operator of a node stands.
struct Place {
  std::size_t statement = 0;
  std::size_t part = 0;
};

template <class... T>
struct Spec {
  static constexpr std::size_t element_count = (StatementOf<T>::size + ... + 0);
  static constexpr std::size_t statement_count = sizeof...(T);

  static constexpr std::array<Element, element_count> elements = [] {
    std::array<Element, element_count> all{};
    std::size_t next = 0;
    auto const copy = [&](auto const& some) {
      for (Element const& element : some) all[next++] = element;
    };
    (copy(StatementOf<T>::elements), ...);
    return all;
  }();

  static constexpr std::array<Statement, statement_count> statements = [] {
    std::array<Statement, statement_count> all{};
    std::size_t next = 0;
    std::size_t first = 0;
    auto const add = [&](std::string_view name, std::size_t count) {
      all[next++] = {name, static_cast<Index>(first), static_cast<Index>(count)};
      first += count;
    };
    (add(StatementOf<T>::name, StatementOf<T>::size), ...);
    return all;
  }();

  static constexpr std::size_t node_count = [] {
    std::size_t count = 0;
    for (Element const& element : elements) count += element.is_operator ? 1 : 0;
    return count;
  }();
  static constexpr std::size_t edge_count = element_count - statement_count;

  static constexpr weir::Statements all_statements() { return {elements, statements}; }
  static constexpr Plan<node_count, edge_count> plan =
      make_plan<node_count, edge_count>(all_statements());

  static constexpr std::array<Place, node_count> places = [] {
    std::array<Place, node_count> all{};
    std::size_t next = 0;
    for (std::size_t s = 0; s < statement_count; ++s) {
      for (Index part = 0; part < statements[s].count; ++part) {
        auto const element = static_cast<std::size_t>(statements[s].first + part);
        if (elements[element].is_operator) all[next++] = {s, static_cast<std::size_t>(part)};
      }
    }
    return all;
  }();

  using Statements = Pack<T...>;

  template <std::size_t Node>
  static auto& operator_at(Statements& all) {
    constexpr Place place = places[Node];
    auto& statement = get<place.statement>(all);
    return get<place.part>(
        StatementOf<std::remove_reference_t<decltype(statement)>>::parts(statement));
  }
  template <std::size_t Node>
  using OperatorAt =
      std::remove_reference_t<decltype(operator_at<Node>(std::declval<Statements&>()))>;
};

}  // namespace weir

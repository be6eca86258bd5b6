// statements(statement, ...): several statements as one value, for a function that adds more than a
// chain to a flow. flow() takes it among other statements, and sees what is in it.
//
//   auto logged(…) { return weir::statements(log = …, errors >> log, warnings >> log); }
//
//   weir::flow(source >> …, logged(…), …)
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "weir/pipes/pack.h"

namespace weir {

template <class... Statement>
struct [[nodiscard("weir: statements do nothing outside flow(...)")]] StatementList {
  static constexpr std::size_t size = sizeof...(Statement);
  Pack<Statement...> each;
};

template <class T>
inline constexpr bool is_statement_list = false;
template <class... Statement>
inline constexpr bool is_statement_list<StatementList<Statement...>> = true;

template <class Statement>
constexpr StatementList<Statement> as_list(Statement statement) {
  return {{{std::move(statement)}}};
}
template <class... Statement>
constexpr StatementList<Statement...> as_list(StatementList<Statement...> list) {
  return list;
}

// Where each statement stands in a row of lists.
template <class... List>
consteval auto places_in_lists() {
  struct At {
    std::size_t list = 0;
    std::size_t statement = 0;
  };
  std::array<At, (List::size + ... + 0)> places{};
  std::size_t next = 0;
  std::size_t list = 0;
  for (std::size_t const size : {List::size...}) {
    for (std::size_t k = 0; k < size; ++k) places[next++] = {list, k};
    ++list;
  }
  return places;
}

// Calls use(statement ...) with every statement of the lists.
template <class Use, class... List>
constexpr auto with_each(Use use, List... list) {
  constexpr auto places = places_in_lists<List...>();
  Pack<List...> lists{{std::move(list)}...};
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return use(std::move(get<places[I].statement>(get<places[I].list>(lists).each))...);
  }
  (std::make_index_sequence<places.size()>{});
}

template <class... Statement>
constexpr auto statements(Statement... statement) {
  if constexpr ((is_statement_list<Statement> || ...)) {
    return with_each([](auto... one) { return statements(std::move(one)...); },
                     as_list(std::move(statement))...);
  } else {
    return StatementList<Statement...>{{{std::move(statement)}...}};
  }
}

}  // namespace weir

// enumerate(), enumerate(none | tick | forever): gives (index, item), where the index counts the
// items of its lifetime from 0 on.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "weir/pipes/operator.h"

namespace weir {

template <class Lifetime>
struct Enumerate : Operator {
  static constexpr OperatorInfo info{.name = "enumerate",
                                     .one_to_one = true,
                                     .ends_ticks = lives_a_tick<Lifetime>,
                                     .ends_runs = lives_a_run<Lifetime>};

  template <class Item>
  struct State {
    std::size_t next = 0;
  };

  template <class Item>
  static consteval auto output() {
    return Type<std::pair<std::size_t, Item>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    using Item = std::remove_cvref_t<decltype(item)>;
    emit(std::pair<std::size_t, Item>(state.next++, static_cast<decltype(item)&&>(item)));
  }
  void end_tick(auto& state) { state.next = 0; }
  void end_run(auto& state) { state.next = 0; }
};

template <is_lifetime Lifetime = Tick>
Enumerate<Lifetime> enumerate(Lifetime = {}) {
  return {};
}

}  // namespace weir

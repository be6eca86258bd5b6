// fold(init, f), fold(tick | forever, init, f): combines all items into one with f(accumulated&, item) and
// gives a copy of it once in every tick, when everything has come; without input that is init().
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class Lifetime, class Init, class F>
struct Fold : Operator {
  static constexpr OperatorInfo info{.name = "fold",
                                     .outputs = {0, 1},
                                     .blocking_inputs = 0b1,
                                     .flushes = true,
                                     .replays = true,
                                     .ends_ticks = lives_a_tick<Lifetime>};
  using Accumulated = std::remove_cvref_t<std::invoke_result_t<Init&>>;

  [[no_unique_address]] Init init;
  [[no_unique_address]] F function;

  template <class Item>
  struct State {
    Accumulated accumulated;
  };
  template <class Item>
  auto initial_state() {
    return State<Item>{init()};
  }

  template <class Item>
  static consteval auto output() {
    static_assert(!(lives_forever<Lifetime> && borrows<Accumulated>),
                  "weir: fold(forever): what it accumulates holds a View, which ends with the tick; "
                  "own() its bytes first");
    static_assert(std::invocable<F&, Accumulated&, Item>,
                  "weir: fold(init, f): f must be callable as f(accumulated&, Item)");
    if constexpr (std::invocable<F&, Accumulated&, Item>) return Type<Accumulated>{};
    else return Type<Untyped>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const&) {
    function(state.accumulated, static_cast<decltype(item)&&>(item));
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool) {
    if (budget <= 0) return false;
    --budget;
    emit(Accumulated(state.accumulated));
    if constexpr (std::same_as<Lifetime, None>) state.accumulated = init();
    return true;
  }
  void end_tick(auto& state) { state.accumulated = init(); }
};

template <is_lifetime Lifetime, class Init, class F>
Fold<Lifetime, Init, F> fold(Lifetime, Init init, F function) {
  return {{}, std::move(init), std::move(function)};
}
template <class Init, class F>
Fold<Tick, Init, F> fold(Init init, F function) {
  return {{}, std::move(init), std::move(function)};
}

}  // namespace weir

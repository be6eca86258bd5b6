// fold(init, f), fold(tick | forever, init, f): combines all items into one with
// f(accumulated&, item) and gives a copy of it once in every tick, when everything has come;
// without input that is init().
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class Init>
consteval auto accumulated_by() {
  if constexpr (std::invocable<Init&>) {
    return Type<std::remove_cvref_t<std::invoke_result_t<Init&>>>{};
  } else {
    return Type<Untyped>{};
  }
}

template <class Lifetime, class Init, class F>
struct Fold : Operator {
  static constexpr OperatorInfo info{.name = "fold",
                                     .outputs = {0, 1},
                                     .blocking_inputs = 0b1,
                                     .flushes = true,
                                     .replays = true,
                                     .ends_ticks = lives_a_tick<Lifetime>};
  using Accumulated = typename decltype(accumulated_by<Init>())::type;

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

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool begins = !std::same_as<Accumulated, Untyped>;
    static_assert(begins || !Aloud,
                  "weir: fold(init, f): init must be a function that makes the value to begin "
                  "with, as in fold([] { return 0; }, f)");
    constexpr bool stays = !(lives_forever<Lifetime> && borrows<Accumulated>);
    static_assert(stays || !Aloud,
                  "weir: fold(forever): what it accumulates holds a View, which ends with the "
                  "tick; own() its bytes first");
    constexpr bool callable = std::invocable<F&, Accumulated&, Item>;
    static_assert(callable || !begins || !stays || !Aloud,
                  "weir: fold(init, f): f must be callable as f(accumulated&, Item), where "
                  "accumulated is what init() makes");
    return begins && stays && callable;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Accumulated>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const&) {
    if constexpr (std::invocable<F&, Accumulated&, decltype(item)>) {
      function(state.accumulated, static_cast<decltype(item)&&>(item));
    } else {  // shared by a tee, and f wants its own
      function(state.accumulated, std::remove_cvref_t<decltype(item)>(item));
    }
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool) {
    if (budget <= 0) return false;
    --budget;
    emit(Accumulated(state.accumulated));
    if constexpr (lives_a_run<Lifetime>) state.accumulated = init();
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

// scan(init, f), scan(none | tick | forever, init, f): f(accumulated&, item) gives an optional for
// each item, and what is in it goes on. An empty one ends the operator until its lifetime does:
// what comes then is dropped. The accumulated begins as init().
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/pipes/accumulate.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/operators/filter_map.h"

namespace weir {

template <class Lifetime, class Init, class F>
struct Scan : Operator {
  static constexpr OperatorInfo info{
      .name = "scan", .ends_ticks = lives_a_tick<Lifetime>, .ends_runs = lives_a_run<Lifetime>};
  using Accumulated = typename decltype(accumulated_by<Init>())::type;

  [[no_unique_address]] Init init;
  [[no_unique_address]] F function;

  template <class Item>
  struct State {
    Accumulated accumulated;
    bool ended = false;
  };
  template <class Item>
  auto initial_state() {
    return State<Item>{init()};
  }

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool begins = !std::same_as<Accumulated, Untyped>;
    static_assert(begins || !Aloud,
                  "weir: scan(init, f): init must be a function that makes the value to begin "
                  "with, as in scan([] { return 0; }, f)");
    constexpr bool stays = !(lives_forever<Lifetime> && borrows<Accumulated>);
    static_assert(stays || !Aloud,
                  "weir: scan(forever): what it accumulates holds a View, which ends with the "
                  "tick; own() its bytes first");
    constexpr bool callable = accumulates<F, Accumulated, Item>;
    static_assert(callable || !begins || !stays || !Aloud,
                  "weir: scan(init, f): f must be callable as f(accumulated&, Item), where "
                  "accumulated is what init() makes; or with the parts of a pair or tuple, or "
                  "a Context const& before all");
    if constexpr (begins && stays && callable) {
      constexpr bool optional = is_optional_like<AccumulateResult<F, Accumulated, Item>>;
      static_assert(optional || !Aloud,
                    "weir: scan(init, f): f must return an optional; an empty one ends the scan");
      return optional;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    using Given = AccumulateResult<F, Accumulated, Item>;
    return Type<std::remove_cvref_t<decltype(*std::declval<Given>())>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    if (state.ended) return;
    auto given = accumulate(function, emit, state.accumulated, static_cast<decltype(item)&&>(item));
    if (given) emit(*std::move(given));
    else state.ended = true;
  }
  void end_tick(auto& state) {
    state.accumulated = init();
    state.ended = false;
  }
  void end_run(auto& state) { end_tick(state); }
};

template <is_lifetime Lifetime, class Init, class F>
Scan<Lifetime, Init, F> scan(Lifetime, Init init, F function) {
  return {{}, std::move(init), std::move(function)};
}
template <class Init, class F>
Scan<Tick, Init, F> scan(Init init, F function) {
  return {{}, std::move(init), std::move(function)};
}

}  // namespace weir

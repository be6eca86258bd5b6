// fold(init, f), fold(none | tick | forever, init, f): combines all items into one with
// f(accumulated&, item) and gives it once in every tick, when everything has come; without input
// that is init(). fold_no_replay gives it in the first tick, and then only where an item came.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/pipes/accumulate.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class Lifetime, class Init, class F, bool Replays = true>
struct Fold : Operator {
  static constexpr OperatorInfo info{.name = Replays ? "fold" : "fold_no_replay",
                                     .outputs = {0, 1},
                                     .blocking_inputs = 0b1,
                                     .flushes = true,
                                     .replays = Replays,
                                     .ends_ticks = lives_a_tick<Lifetime>};
  using Accumulated = typename decltype(accumulated_by<Init>())::type;

  [[no_unique_address]] Init init;
  [[no_unique_address]] F function;

  template <class Item>
  struct State {
    Accumulated accumulated;
    // Since it was last given, or never given yet; asked only where nothing is given again.
    bool changed = true;
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
    constexpr bool given = !lives_forever<Lifetime> || is_copied<Accumulated>;
    static_assert(given || !stays || !Aloud,
                  "weir: fold(forever): what it accumulates is given and kept, so it must be "
                  "copyable");
    constexpr bool callable = accumulates<F, Accumulated, Item>;
    static_assert(callable || !begins || !stays || !given || !Aloud,
                  "weir: fold(init, f): f must be callable as f(accumulated&, Item), where "
                  "accumulated is what init() makes; or with the parts of a pair or tuple, or "
                  "a Context const& before all");
    if constexpr (begins && stays && given && callable) {
      constexpr bool changes = !changes_nothing<F, Accumulated, Item>;
      static_assert(changes || !Aloud,
                    "weir: fold(init, f): f takes the accumulated by value and returns another; "
                    "let it take a reference and change it: (auto& accumulated, auto item)");
      return changes;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Accumulated>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    if constexpr (!Replays) state.changed = true;
    static_cast<void>(
        accumulate(function, emit, state.accumulated, static_cast<decltype(item)&&>(item)));
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool) {
    if constexpr (!Replays) {
      if (!state.changed) return true;
    }
    if (budget <= 0) return false;
    --budget;
    state.changed = false;
    emit_accumulated(state.accumulated, emit);
    if constexpr (lives_a_run<Lifetime>) state.accumulated = begin_accumulated(init, emit);
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

template <is_lifetime Lifetime, class Init, class F>
Fold<Lifetime, Init, F, false> fold_no_replay(Lifetime, Init init, F function) {
  return {{}, std::move(init), std::move(function)};
}
template <class Init, class F>
Fold<Tick, Init, F, false> fold_no_replay(Init init, F function) {
  return {{}, std::move(init), std::move(function)};
}

}  // namespace weir

// reduce(f), reduce(none | tick | forever, f): combines all items into one with
// f(accumulated&, item), beginning with the first of them, and gives it when everything has come;
// nothing where there was none. One that lives forever gives it in every tick that happens;
// reduce_no_replay only where an item came.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/pipes/accumulate.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class Lifetime, class F, bool Replays = true>
struct Reduce : Operator {
  static constexpr OperatorInfo info{.name = Replays ? "reduce" : "reduce_no_replay",
                                     .outputs = {0, 1},
                                     .blocking_inputs = 0b1,
                                     .flushes = true,
                                     .replays = Replays && lives_forever<Lifetime>,
                                     .ends_ticks = lives_a_tick<Lifetime>};
  static constexpr bool gives_changes = !Replays && lives_forever<Lifetime>;

  [[no_unique_address]] F function;

  template <class Item>
  struct State {
    std::optional<Item> accumulated;
    bool changed = false;  // since it was last given; asked only where nothing is given again
  };

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool stays = !(lives_forever<Lifetime> && borrows<Item>);
    static_assert(stays || !Aloud,
                  "weir: reduce(forever): the Item holds a View, which ends with the tick; own() "
                  "its bytes first");
    constexpr bool given = !lives_forever<Lifetime> || is_copied<Item>;
    static_assert(given || !stays || !Aloud,
                  "weir: reduce(forever): the Item is given and kept, so it must be copyable");
    constexpr bool callable = accumulates<F, Item, Item>;
    static_assert(callable || !stays || !given || !Aloud,
                  "weir: reduce(f): f must be callable as f(accumulated&, Item), where accumulated "
                  "is an Item too; or with the parts of a pair or tuple, or a Context const& "
                  "before all");
    if constexpr (stays && given && callable) {
      constexpr bool changes = !changes_nothing<F, Item, Item>;
      static_assert(changes || !Aloud,
                    "weir: reduce(f): f takes the accumulated by value and returns another; let "
                    "it take a reference and change it: (auto& accumulated, auto item)");
      return changes;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    if constexpr (gives_changes) state.changed = true;
    if (state.accumulated) {
      static_cast<void>(
          accumulate(function, emit, *state.accumulated, static_cast<decltype(item)&&>(item)));
    } else {
      state.accumulated.emplace(static_cast<decltype(item)&&>(item));
    }
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool) {
    if (!state.accumulated || (gives_changes && !state.changed)) return true;
    if (budget <= 0) return false;
    --budget;
    state.changed = false;
    emit_accumulated(*state.accumulated, emit);
    if constexpr (lives_a_run<Lifetime>) state.accumulated.reset();
    return true;
  }
  void end_tick(auto& state) { state.accumulated.reset(); }
};

template <is_lifetime Lifetime, class F>
Reduce<Lifetime, F> reduce(Lifetime, F function) {
  return {{}, std::move(function)};
}
template <class F>
Reduce<Tick, F> reduce(F function) {
  return {{}, std::move(function)};
}

template <is_lifetime Lifetime, class F>
Reduce<Lifetime, F, false> reduce_no_replay(Lifetime, F function) {
  return {{}, std::move(function)};
}
template <class F>
Reduce<Tick, F, false> reduce_no_replay(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir

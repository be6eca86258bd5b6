// The core of difference and anti_join: gives the items of `pos`, as often as they come, whose key
// is not among those of `neg`. All of `neg` is taken before any of `pos`. A `pos` that lives
// forever is kept and given again in every tick; a `neg` that does is never forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "weir/base/table.h"
#include "weir/pipes/operator.h"

namespace weir {

// The keys of `neg`, and of a `pos` that lives forever all items, and how many a replay has given.
template <class Item, class Key>
struct ExclusionState {
  HashSet<Key> excluded;
  std::vector<Item> kept;
  std::size_t replayed = 0;
};

// `KeyOf::of(item)` is the key of an item of `pos`.
template <class KeyOf, class Pos, class Neg>
struct Exclusion : Operator {
  // `alike`: both inputs carry one type, and either tells it.
  static consteval OperatorInfo row(std::string_view name, bool alike) {
    return {.name = name,
            .inputs = {2, 2},
            .input_ports = {"pos", "neg"},
            .blocking_inputs = 0b10,
            .typed_by_any_input = alike,
            .typed_by_first_input = !alike,
            .replays = lives_forever<Pos>,
            .ends_ticks = !lives_forever<Neg>,
            .ends_runs = lives_a_run<Neg>};
  }

  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    if constexpr (Port == 1) {
      state.excluded.insert(static_cast<decltype(item)&&>(item));
    } else {
      if constexpr (lives_forever<Pos>) state.kept.push_back(item);
      if (!state.excluded.contains(KeyOf::of(item))) emit(static_cast<decltype(item)&&>(item));
    }
  }
  bool replay(auto& state, auto const& emit, std::int64_t& budget, bool begin) {
    if (begin) state.replayed = 0;
    for (; state.replayed < state.kept.size(); ++state.replayed, --budget) {
      if (budget <= 0) return false;
      auto const& item = state.kept[state.replayed];
      if (!state.excluded.contains(KeyOf::of(item))) emit(item);
    }
    return true;
  }
  void end_tick(auto& state) { state.excluded.clear(); }
  void end_run(auto& state) { state.excluded.clear(); }
};

}  // namespace weir

// difference(), difference(pos_lifetime, neg_lifetime): gives the items of `pos`, as often as they
// come, that are not among those of `neg`. All of `neg` is taken before any of `pos`. A `pos` that
// lives forever is kept and given again in every tick in which the operator runs; a `neg` that does
// is never forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/table.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class PosLifetime, class NegLifetime>
struct Difference : Operator {
  static constexpr OperatorInfo info{.name = "difference",
                                     .inputs = {2, 2},
                                     .input_ports = {"pos", "neg"},
                                     .blocking_inputs = 0b10,
                                     .typed_by_any_input = true,
                                     .replays = lives_forever<PosLifetime>,
                                     .ends_ticks = !lives_forever<NegLifetime>,
                                     .ends_runs = lives_a_run<NegLifetime>};

  template <class Item>
  struct State {
    HashSet<Item> excluded;
    // Only of a `pos` that lives forever: all of it, and how much a replay has given.
    std::vector<Item> kept;
    std::size_t replayed = 0;
    std::size_t replay_end = 0;
  };

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool stays =
        !borrows<Item> || !(lives_forever<PosLifetime> || lives_forever<NegLifetime>);
    static_assert(stays || !Aloud,
                  "weir: difference(forever): the items hold a View, which ends with the tick; "
                  "own() its bytes first");
    constexpr bool key = is_key<Item>;
    static_assert(key || !stays || !Aloud,
                  "weir: difference(): the items need operator== and a hash (a hash() member or "
                  "std::hash)");
    return stays && key;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    if constexpr (Port == 1) {
      state.excluded.insert(static_cast<decltype(item)&&>(item));
    } else {
      if constexpr (lives_forever<PosLifetime>) state.kept.push_back(item);
      if (!state.excluded.contains(item)) emit(static_cast<decltype(item)&&>(item));
    }
  }
  bool replay(auto& state, auto const& emit, std::int64_t& budget, bool begin) {
    if (begin) {
      state.replayed = 0;
      state.replay_end = state.kept.size();
    }
    for (; state.replayed < state.replay_end; ++state.replayed, --budget) {
      if (budget <= 0) return false;
      auto const& item = state.kept[state.replayed];
      if (!state.excluded.contains(item)) emit(item);
    }
    return true;
  }
  void end_tick(auto& state) { state.excluded.clear(); }
  void end_run(auto& state) { state.excluded.clear(); }
};

template <is_lifetime Pos = Tick, is_lifetime Neg = Pos>
Difference<Pos, Neg> difference(Pos = {}, Neg = {}) {
  return {};
}

}  // namespace weir

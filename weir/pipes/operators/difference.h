// difference(), difference(pos_lifetime, neg_lifetime): gives the items of `pos`, as often as they come, that
// are not among those of `neg`. All of `neg` is taken before any of `pos`. A `pos` that lives forever is kept
// and given again in every tick in which the operator runs; a `neg` that does is never forgotten.
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
                                     .replays = lives_forever<PosLifetime>,
                                     .ends_ticks = true};

  template <class Pos, class Neg>
  struct State {
    HashSet<Neg> excluded;
    // Only of a `pos` that lives forever: all of it, and how much a replay has given.
    std::vector<Pos> kept;
    std::size_t replayed = 0;
    std::size_t replay_end = 0;
  };

  template <class Pos, class Neg>
  static consteval auto output() {
    static_assert(std::is_same_v<Pos, Neg>,
                  "weir: difference(): the items of [pos] and [neg] must have the same type");
    static_assert(!(lives_forever<PosLifetime> && borrows<Pos>) &&
                      !(lives_forever<NegLifetime> && borrows<Neg>),
                  "weir: difference(forever): the Item holds a View, which ends with the tick; "
                  "own() its bytes first");
    return Type<Pos>{};
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
  void end_tick(auto& state) {
    if constexpr (!lives_forever<NegLifetime>) state.excluded.clear();
  }
};

template <is_lifetime Pos = Tick, is_lifetime Neg = Pos>
Difference<Pos, Neg> difference(Pos = {}, Neg = {}) {
  return {};
}

}  // namespace weir

// persist(): keeps every item and gives it at once, and again in each later tick that happens, as
// if it had just come: all of them, in order, before anything new.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/pipes/accumulate.h"
#include "weir/pipes/give.h"
#include "weir/pipes/operator.h"

namespace weir {

struct Persist : Operator {
  static constexpr OperatorInfo info{.name = "persist", .replays = true};

  template <class Item>
  struct State {
    std::vector<Item> kept;
    // Of a replay: the item to go on with, and where the tick's own input begins.
    std::size_t replayed = 0;
    std::size_t replay_end = 0;
  };

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool stays = !borrows<Item>;
    static_assert(stays || !Aloud,
                  "weir: persist(): the Item holds a View, which ends with the tick; own() its "
                  "bytes first");
    constexpr bool given = is_copied<Item>;
    static_assert(given || !stays || !Aloud,
                  "weir: persist(): the Item is given and kept, so it must be copyable");
    return stays && given;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    using Item = std::remove_cvref_t<decltype(item)>;
    if constexpr (std::is_trivially_copyable_v<Item>) {
      Item given = item;
      state.kept.push_back(given);
      emit(std::move(given));
    } else {  // what goes on may be content to look at the kept one
      state.kept.push_back(static_cast<decltype(item)&&>(item));
      emit(std::as_const(state.kept.back()));
    }
  }
  bool replay(auto& state, auto const& emit, std::int64_t& budget, bool begin) {
    if (begin) {
      state.replayed = 0;
      state.replay_end = state.kept.size();
    }
    return give_kept(state.kept, state.replayed, state.replay_end, budget, emit);
  }
};

template <is_lifetime Lifetime = Forever>
Persist persist(Lifetime = {}) {
  static_assert(lives_forever<Lifetime>,
                "weir: persist() keeps its items forever and has no other lifetime; remove the "
                "argument");
  return {};
}

}  // namespace weir

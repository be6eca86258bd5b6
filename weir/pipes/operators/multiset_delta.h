// multiset_delta(): gives what a tick has more of than the last one in which anything came: of
// equal items those beyond the number that came then, in order.
#pragma once

#include <cstddef>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/hash_map.h"
#include "weir/pipes/operator.h"

namespace weir {

struct MultisetDelta : Operator {
  static constexpr OperatorInfo info{.name = "multiset_delta", .ends_ticks = true};

  struct Counts {
    std::size_t before = 0;
    std::size_t now = 0;
  };
  template <class Item>
  struct State {
    HashMap<Item, Counts> counts;
    bool came = false;  // anything, in this tick
  };

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool stays = !borrows<Item>;
    static_assert(stays || !Aloud,
                  "weir: multiset_delta(): the Item holds a View, which ends with the tick; own() "
                  "its bytes first");
    constexpr bool key = is_key<Item>;
    static_assert(key || !stays || !Aloud,
                  "weir: multiset_delta(): the Item needs operator== and a hash (a hash() member "
                  "or std::hash)");
    return stays && key;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    Counts& counts = state.counts.find_or_insert(item, [] { return Counts{}; }).second;
    state.came = true;
    if (++counts.now > counts.before) emit(static_cast<decltype(item)&&>(item));
  }
  // Costs the distinct items of this tick and the one before.
  void end_tick(auto& state) {
    if (!std::exchange(state.came, false)) return;
    bool gone = false;
    for (auto& [item, counts] : state.counts.entries()) {
      counts.before = std::exchange(counts.now, 0);
      gone |= counts.before == 0;
    }
    if (gone) state.counts.erase_if([](auto const& entry) { return entry.second.before == 0; });
  }
};

inline MultisetDelta multiset_delta() { return {}; }

}  // namespace weir

// unique(), unique(tick), unique(forever): gives the first of equal items, once in its lifetime, in
// order.
#pragma once

#include "weir/base/bytes.h"
#include "weir/base/table.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class Lifetime>
struct Unique : Operator {
  static constexpr OperatorInfo info{
      .name = "unique", .ends_ticks = lives_a_tick<Lifetime>, .ends_runs = lives_a_run<Lifetime>};

  template <class Item>
  struct State {
    HashSet<Item> seen;
  };

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool stays = !(lives_forever<Lifetime> && borrows<Item>);
    static_assert(stays || !Aloud,
                  "weir: unique(forever): the Item holds a View, which ends with the tick; "
                  "own() its bytes first");
    constexpr bool key = is_key<Item>;
    static_assert(key || !stays || !Aloud,
                  "weir: unique(): the Item needs operator== and a hash (a hash() member or "
                  "std::hash)");
    return stays && key;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    if (state.seen.insert(item)) emit(static_cast<decltype(item)&&>(item));
  }
  void end_tick(auto& state) { state.seen.clear(); }
  void end_run(auto& state) { state.seen.clear(); }
};

template <is_lifetime Lifetime = Tick>
Unique<Lifetime> unique(Lifetime = {}) {
  return {};
}

}  // namespace weir

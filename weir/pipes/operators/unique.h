// unique(), unique(tick), unique(forever): gives the first of equal items, once in its lifetime, in order.
#pragma once

#include "weir/base/bytes.h"
#include "weir/base/table.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class Lifetime>
struct Unique : Operator {
  static constexpr OperatorInfo info{.name = "unique", .ends_ticks = lives_a_tick<Lifetime>};

  template <class Item>
  struct State {
    HashSet<Item> seen;
  };

  template <class Item>
  static consteval auto output() {
    static_assert(!(lives_forever<Lifetime> && borrows<Item>),
                  "weir: unique(forever): the Item holds a View, which ends with the tick; "
                  "own() its bytes first");
    static_assert(requires(Item const& a) { a == a; hash_of(a); },
                  "weir: unique(): the Item needs operator== and a hash (a hash() member or std::hash)");
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    if (state.seen.insert(item)) emit(static_cast<decltype(item)&&>(item));
  }
  void end_tick(auto& state) { state.seen.clear(); }
};

template <is_lifetime Lifetime = Tick>
Unique<Lifetime> unique(Lifetime = {}) {
  return {};
}

}  // namespace weir

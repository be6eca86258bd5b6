// reduce_keyed(f), reduce_keyed(none | tick | forever, f): takes pairs (key, value), combines the
// values of each key into one with f(accumulated&, value), beginning with the first of them, and
// gives (key, accumulated) when everything has come. One that lives forever gives all of them in
// every tick that happens; reduce_keyed_no_replay those whose keys came in it.
#pragma once

#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/pipes/accumulate.h"
#include "weir/pipes/keyed.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/parts.h"

namespace weir {

template <class Lifetime, class F, bool Replays = true>
struct ReduceKeyed : Keyed<Lifetime, Replays> {
  static constexpr OperatorInfo info{.name = Replays ? "reduce_keyed" : "reduce_keyed_no_replay",
                                     .blocking_inputs = 0b1,
                                     .flushes = true,
                                     .replays = Replays && lives_forever<Lifetime>};
  [[no_unique_address]] F function;

  explicit ReduceKeyed(F given) : function(std::move(given)) {}

  template <class Item>
  using State =
      typename decltype(Keyed<Lifetime, Replays>::template state_of<PartOf<0, Item>,
                                                                    PartOf<1, Item>>())::type;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool keyed = has_two_parts<Item>;
    static_assert(
        keyed || !Aloud,
        "weir: reduce_keyed(): the Item must be a pair or tuple (key, value); map it into one "
        "first");
    if constexpr (keyed) {
      using Key = PartOf<0, Item>;
      using Value = PartOf<1, Item>;
      constexpr bool stays = !lives_forever<Lifetime> || !borrows<Item>;
      static_assert(stays || !Aloud,
                    "weir: reduce_keyed(forever): the Item holds a View, which ends with the tick; "
                    "own() its bytes first");
      constexpr bool given = !lives_forever<Lifetime> || (is_copied<Key> && is_copied<Value>);
      static_assert(given || !stays || !Aloud,
                    "weir: reduce_keyed(forever): keys and values are given and kept, so both must "
                    "be copyable");
      constexpr bool key = is_key<Key>;
      static_assert(key || !stays || !given || !Aloud,
                    "weir: reduce_keyed(): the key needs operator== and a hash (a hash() member or "
                    "std::hash)");
      constexpr bool callable = accumulates<F, Value, Value>;
      static_assert(callable || !stays || !given || !key || !Aloud,
                    "weir: reduce_keyed(f): f must be callable as f(accumulated&, value), where "
                    "accumulated is a value too; or with the parts of the value, or a "
                    "Context const& before all");
      if constexpr (stays && given && key && callable) {
        constexpr bool changes = !changes_nothing<F, Value, Value>;
        static_assert(changes || !Aloud,
                      "weir: reduce_keyed(): f takes the accumulated by value and returns another; "
                      "let it take a reference and change it: (auto& accumulated, auto value)");
        return changes;
      }
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<std::pair<PartOf<0, Item>, PartOf<1, Item>>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    bool first = false;
    auto& accumulated = this->value_of(
        state, static_cast<decltype(item)&&>(item), [&]() __attribute__((always_inline)) {
          first = true;
          return PartOf<1, decltype(item)>(part_of<1>(static_cast<decltype(item)&&>(item)));
        });
    if (first) return;
    static_cast<void>(
        accumulate(function, emit, accumulated, part_of<1>(static_cast<decltype(item)&&>(item))));
  }
};

template <is_lifetime Lifetime, class F>
ReduceKeyed<Lifetime, F> reduce_keyed(Lifetime, F function) {
  return ReduceKeyed<Lifetime, F>(std::move(function));
}
template <class F>
ReduceKeyed<Tick, F> reduce_keyed(F function) {
  return ReduceKeyed<Tick, F>(std::move(function));
}

template <is_lifetime Lifetime, class F>
ReduceKeyed<Lifetime, F, false> reduce_keyed_no_replay(Lifetime, F function) {
  return ReduceKeyed<Lifetime, F, false>(std::move(function));
}
template <class F>
ReduceKeyed<Forever, F, false> reduce_keyed_no_replay(F function) {
  return ReduceKeyed<Forever, F, false>(std::move(function));
}

}  // namespace weir

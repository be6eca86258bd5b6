// fold_keyed(init, f), fold_keyed(none | tick | forever, init, f): takes pairs (key, value),
// combines the values of each key into one with f(accumulated&, value), beginning with init(), and
// gives (key, accumulated) when everything has come. One that lives forever gives all of them in
// every tick that happens; fold_keyed_no_replay those whose keys came in it.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/pipes/accumulate.h"
#include "weir/pipes/keyed.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/parts.h"

namespace weir {

template <class Lifetime, class Init, class F, bool Replays = true>
struct FoldKeyed : Keyed<Lifetime, Replays> {
  static constexpr OperatorInfo info{.name = Replays ? "fold_keyed" : "fold_keyed_no_replay",
                                     .blocking_inputs = 0b1,
                                     .flushes = true,
                                     .replays = Replays && lives_forever<Lifetime>};
  using Accumulated = typename decltype(accumulated_by<Init>())::type;

  [[no_unique_address]] Init init;
  [[no_unique_address]] F function;

  FoldKeyed(Init first, F given) : init(std::move(first)), function(std::move(given)) {}

  template <class Item>
  using State = typename decltype(Keyed<Lifetime, Replays>::template state_of<PartOf<0, Item>,
                                                                              Accumulated>())::type;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool begins = !std::same_as<Accumulated, Untyped>;
    static_assert(begins || !Aloud,
                  "weir: fold_keyed(init, f): init must be a function that makes the value to "
                  "begin with, as in fold_keyed([] { return 0; }, f)");
    constexpr bool keyed = has_two_parts<Item>;
    static_assert(
        keyed || !begins || !Aloud,
        "weir: fold_keyed(): the Item must be a pair or tuple (key, value); map it into one "
        "first");
    if constexpr (begins && keyed) {
      using Key = PartOf<0, Item>;
      using Value = PartOf<1, Item>;
      constexpr bool stays = !lives_forever<Lifetime> || !(borrows<Key> || borrows<Accumulated>);
      static_assert(stays || !Aloud,
                    "weir: fold_keyed(forever): the key or what it accumulates holds a View, "
                    "which ends with the tick; own() its bytes first");
      constexpr bool given = !lives_forever<Lifetime> || (is_copied<Key> && is_copied<Accumulated>);
      static_assert(given || !stays || !Aloud,
                    "weir: fold_keyed(forever): the key and what it accumulates are given and "
                    "kept, so both must be copyable");
      constexpr bool key = is_key<Key>;
      static_assert(key || !stays || !given || !Aloud,
                    "weir: fold_keyed(): the key needs operator== and a hash (a hash() member or "
                    "std::hash)");
      constexpr bool callable = accumulates<F, Accumulated, Value>;
      static_assert(callable || !stays || !given || !key || !Aloud,
                    "weir: fold_keyed(init, f): f must be callable as f(accumulated&, value), "
                    "where accumulated is what init() makes; or with the parts of the value, or a "
                    "Context const& before all");
      if constexpr (stays && given && key && callable) {
        constexpr bool changes = !changes_nothing<F, Accumulated, Value>;
        static_assert(changes || !Aloud,
                      "weir: fold_keyed(): f takes the accumulated by value and returns another; "
                      "let it take a reference and change it: (auto& accumulated, auto value)");
        return changes;
      }
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<std::pair<PartOf<0, Item>, Accumulated>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    auto& accumulated = this->value_of(state, static_cast<decltype(item)&&>(item),
                                       [&] { return begin_accumulated(init, emit); });
    static_cast<void>(
        accumulate(function, emit, accumulated, part_of<1>(static_cast<decltype(item)&&>(item))));
  }
};

template <is_lifetime Lifetime, class Init, class F>
FoldKeyed<Lifetime, Init, F> fold_keyed(Lifetime, Init init, F function) {
  return {std::move(init), std::move(function)};
}
template <class Init, class F>
FoldKeyed<Tick, Init, F> fold_keyed(Init init, F function) {
  return {std::move(init), std::move(function)};
}

template <is_lifetime Lifetime, class Init, class F>
FoldKeyed<Lifetime, Init, F, false> fold_keyed_no_replay(Lifetime, Init init, F function) {
  return {std::move(init), std::move(function)};
}
template <class Init, class F>
FoldKeyed<Forever, Init, F, false> fold_keyed_no_replay(Init init, F function) {
  return {std::move(init), std::move(function)};
}

}  // namespace weir

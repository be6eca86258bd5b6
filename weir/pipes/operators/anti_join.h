// anti_join(), anti_join(pos_lifetime, neg_lifetime): gives the pairs (K, V) of `pos`, as often as
// they come, whose key is not among the keys K of `neg`. All of `neg` is taken before any of `pos`.
// A `pos` that lives forever is kept and given again in every tick; a `neg` that does is never
// forgotten.
#pragma once

#include <concepts>
#include <type_traits>

#include "weir/base/bytes.h"
#include "weir/base/hash.h"
#include "weir/pipes/exclusion.h"

namespace weir {

struct FirstOfPair {
  static auto const& of(auto const& item) { return item.first; }
};

template <class Pos, class Neg>
struct AntiJoin : Exclusion<FirstOfPair, Pos, Neg> {
  static constexpr OperatorInfo info = AntiJoin::row("anti_join", false);

  template <class Item, class Key>
  using State = ExclusionState<Item, Key>;

  template <bool Aloud, class Item, class Key>
  static consteval bool takes() {
    constexpr bool same = [] {
      if constexpr (requires(Item const& item) { item.first, item.second; }) {
        return std::is_same_v<typename Item::first_type, Key>;
      }
      return false;
    }();
    static_assert(
        same || !Aloud,
        "weir: anti_join(): input [pos] must carry pairs (key, value), as Item, and [neg] "
        "keys of the same type, as Key; map one of them first");
    constexpr bool stays =
        !(lives_forever<Pos> && borrows<Item>)&&!(lives_forever<Neg> && borrows<Key>);
    static_assert(stays || !same || !Aloud,
                  "weir: anti_join(forever): the items hold a View, which ends with the tick; "
                  "own() its bytes first");
    constexpr bool key = is_key<Key>;
    static_assert(key || !stays || !same || !Aloud,
                  "weir: anti_join(): keys need operator== and a hash (a hash() member or "
                  "std::hash)");
    constexpr bool kept = !lives_forever<Pos> || std::copy_constructible<Item>;
    static_assert(kept || !key || !stays || !same || !Aloud,
                  "weir: anti_join(forever): what is kept is given again, and these items cannot "
                  "be copied; use anti_join(tick, forever)");
    return same && stays && key && kept;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
};

template <is_lifetime Pos = Tick, is_lifetime Neg = Pos>
AntiJoin<Pos, Neg> anti_join(Pos = {}, Neg = {}) {
  return {};
}

}  // namespace weir

// difference(), difference(pos_lifetime, neg_lifetime): gives the items of `pos`, as often as they
// come, that are not among those of `neg`. All of `neg` is taken before any of `pos`. A `pos` that
// lives forever is kept and given again in every tick; a `neg` that does is never forgotten.
#pragma once

#include <concepts>

#include "weir/base/bytes.h"
#include "weir/base/hash.h"
#include "weir/pipes/exclusion.h"

namespace weir {

struct WholeItem {
  static auto const& of(auto const& item) { return item; }
};

template <class Pos, class Neg>
struct Difference : Exclusion<WholeItem, Pos, Neg> {
  static constexpr OperatorInfo info = Difference::row("difference", true);

  template <class Item>
  using State = ExclusionState<Item, Item>;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool stays = !borrows<Item> || !(lives_forever<Pos> || lives_forever<Neg>);
    static_assert(stays || !Aloud,
                  "weir: difference(forever): the items hold a View, which ends with the tick; "
                  "own() its bytes first");
    constexpr bool key = is_key<Item>;
    static_assert(key || !stays || !Aloud,
                  "weir: difference(): the items need operator== and a hash (a hash() member or "
                  "std::hash)");
    constexpr bool kept = !lives_forever<Pos> || std::copy_constructible<Item>;
    static_assert(kept || !key || !stays || !Aloud,
                  "weir: difference(forever): what is kept is given again, and these items cannot "
                  "be copied; use difference(tick, forever)");
    return stays && key && kept;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
};

template <is_lifetime Pos = Tick, is_lifetime Neg = Pos>
Difference<Pos, Neg> difference(Pos = {}, Neg = {}) {
  return {};
}

}  // namespace weir

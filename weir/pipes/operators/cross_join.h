// cross_join(), cross_join(lifetime), cross_join(left, right): gives every pair (A, B) of an item
// of input 0 and one of input 1. Sets: equal items of one side count once.
//
// Where both sides live forever, every tick gives the whole result again; cross_join_no_replay
// gives only what is new.
#pragma once

#include "weir/base/hash.h"
#include "weir/base/table.h"
#include "weir/pipes/all_pairs.h"

namespace weir {

template <class Left, class Right, bool Replays = true>
struct CrossJoin : AllPairs<Left, Right, Replays, HashSet> {
  static constexpr OperatorInfo info =
      CrossJoin::row(Replays ? "cross_join" : "cross_join_no_replay");

  template <bool Aloud, class A, class B>
  static consteval bool takes() {
    constexpr bool keys = is_key<A> && is_key<B>;
    static_assert(keys || !Aloud,
                  "weir: cross_join(): the items, A and B, need operator== and a hash (a hash() "
                  "member or std::hash); cross_join_multiset() needs neither");
    if constexpr (keys) return CrossJoin::AllPairs::template takes<Aloud, A, B>();
    return false;
  }
};

template <is_lifetime Left = Tick, is_lifetime Right = Left>
CrossJoin<Left, Right> cross_join(Left = {}, Right = {}) {
  return {};
}

template <is_lifetime Left = Forever, is_lifetime Right = Left>
CrossJoin<Left, Right, false> cross_join_no_replay(Left = {}, Right = {}) {
  return {};
}

}  // namespace weir

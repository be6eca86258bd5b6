// cross_join_multiset(), cross_join_multiset(lifetime), cross_join_multiset(left, right): gives
// every pair (A, B) of an item of input 0 and one of input 1, as often as the two came.
//
// Where both sides live forever, every tick gives the whole result again;
// cross_join_multiset_no_replay gives only what is new.
#pragma once

#include "weir/pipes/all_pairs.h"

namespace weir {

template <class Left, class Right, bool Replays = true>
struct CrossJoinMultiset : AllPairs<Left, Right, Replays, ItemBag> {
  static constexpr OperatorInfo info =
      CrossJoinMultiset::row(Replays ? "cross_join_multiset" : "cross_join_multiset_no_replay");
};

template <is_lifetime Left = Tick, is_lifetime Right = Left>
CrossJoinMultiset<Left, Right> cross_join_multiset(Left = {}, Right = {}) {
  return {};
}

template <is_lifetime Left = Forever, is_lifetime Right = Left>
CrossJoinMultiset<Left, Right, false> cross_join_multiset_no_replay(Left = {}, Right = {}) {
  return {};
}

}  // namespace weir

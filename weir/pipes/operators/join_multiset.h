// join_multiset(), join_multiset(lifetime), join_multiset(left, right): pairs (K, A) of input 0
// with (K, B) of input 1 where the keys are equal, and gives (K, (A, B)), as often as the two came.
//
// Where both sides live forever, every tick gives the whole result again; join_multiset_no_replay
// gives only what is new.
#pragma once

#include "weir/pipes/keyed_join.h"

namespace weir {

template <class Left, class Right, bool Replays = true>
struct JoinMultiset : KeyedJoin<Left, Right, Replays, SmallList> {
  static constexpr OperatorInfo info =
      JoinMultiset::row(Replays ? "join_multiset" : "join_multiset_no_replay");
};

template <is_lifetime Left = Tick, is_lifetime Right = Left>
JoinMultiset<Left, Right> join_multiset(Left = {}, Right = {}) {
  return {};
}

template <is_lifetime Left = Forever, is_lifetime Right = Left>
JoinMultiset<Left, Right, false> join_multiset_no_replay(Left = {}, Right = {}) {
  return {};
}

}  // namespace weir

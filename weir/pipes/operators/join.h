// join(), join(lifetime), join(left, right): pairs (K, A) of input 0 with (K, B) of input 1 where
// the keys are equal, and gives (K, (A, B)). Sets: an equal (key, value) of one side counts once.
//
// Where both sides live forever, every tick gives the whole result again; join_no_replay gives only
// what is new.
#pragma once

#include "weir/pipes/keyed_join.h"

namespace weir {

template <class Left, class Right, bool Replays = true>
struct Join : KeyedJoin<Left, Right, Replays, SmallSet> {
  static constexpr OperatorInfo info = Join::row(Replays ? "join" : "join_no_replay");
};

template <is_lifetime Left = Tick, is_lifetime Right = Left>
Join<Left, Right> join(Left = {}, Right = {}) {
  return {};
}

template <is_lifetime Left = Forever, is_lifetime Right = Left>
Join<Left, Right, false> join_no_replay(Left = {}, Right = {}) {
  return {};
}

}  // namespace weir

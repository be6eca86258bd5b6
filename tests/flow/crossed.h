// What the tests of cross_join and cross_join_multiset share: cases in which they do the same.
#pragma once

#include "tests/flow/flow_testing.h"

namespace weir {

using Pair = std::pair<int, int>;

inline constexpr node<"crossed"> crossed;

// `make(left, right)` is the operator.
template <class Make, class Left, class Right>
Ticked<Pair> crossed_with_deferred(Make make, Left left, Right right) {
  Out<Pair> out;
  static constexpr node<"rhs"> rhs;
  Running df(flow(source_iter(std::vector{1, 2}) >> crossed[_0], source_iter(std::vector{0}) >> rhs,
                  source_iter(std::vector{1}) >> defer_tick() >> rhs,
                  source_iter(std::vector{2}) >> defer_tick() >> defer_tick() >> rhs,
                  rhs = union_() >> crossed[_1], crossed = make(left, right) >> out.collect()));
  df.run_available();
  EXPECT_EQ(df.current_tick(), 3u);
  return out.ticked_bag();
}

template <class Make>
void compare_lifetimes(Make make) {
  Ticked<Pair> const first{{0, {1, 0}}, {0, {2, 0}}};
  EXPECT_EQ(crossed_with_deferred(make, tick, tick), first);
  EXPECT_EQ(crossed_with_deferred(make, tick, forever), first);
  Ticked<Pair> left_stays = first;
  left_stays.insert(left_stays.end(), {{1, {1, 1}}, {1, {2, 1}}, {2, {1, 2}}, {2, {2, 2}}});
  EXPECT_EQ(crossed_with_deferred(make, forever, tick), left_stays);
  Ticked<Pair> cumulative = first;
  for (int l : {1, 2}) {
    for (int r : {0, 1}) cumulative.emplace_back(1, Pair{l, r});
  }
  for (int l : {1, 2}) {
    for (int r : {0, 1, 2}) cumulative.emplace_back(2, Pair{l, r});
  }
  EXPECT_EQ(crossed_with_deferred(make, forever, forever), cumulative);
}

template <class Make>
void compare_replays(Make make) {
  Out<Pair> out;
  Running df(flow(source_iter(std::vector{1, 2}) >> crossed[_0],
                  source_iter(std::vector{3, 4}) >> crossed[_1],
                  crossed = make(forever, forever) >> out.collect()));
  std::vector const all{Pair{1, 3}, Pair{1, 4}, Pair{2, 3}, Pair{2, 4}};
  for (int i = 0; i < 3; ++i) {
    df.run_tick();
    EXPECT_EQ(out.bag(), all) << "tick " << i;
  }
}

}  // namespace weir

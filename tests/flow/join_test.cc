// join: cases by name, and lifetimes.
#include <string>
#include <tuple>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

using Pair = std::pair<int, int>;
using Joined = std::pair<int, Pair>;

static constexpr node<"my_join"> my_join;

TEST(Join, E1_set_join) {
  Out<Joined> out;
  Running df(flow(source_iter(std::vector{Pair{0, 1}, Pair{0, 1}}) >> my_join[_0],
                  source_iter(std::vector{Pair{0, 2}}) >> my_join[_1],
                  my_join = join() >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), (std::vector{Joined{0, {1, 2}}}));
}

TEST(Join, L5_join) {
  Out<std::tuple<std::string, int, int>> out;
  using Row = std::pair<std::string, int>;
  Running df(flow(source_iter(std::vector{Row{"a", 1}, Row{"b", 2}}) >> my_join[_0],
                  source_iter(std::vector{Row{"b", 10}, Row{"a", 20}}) >> my_join[_1],
                  my_join = join(tick, tick) >> map([](std::string key, Pair values) {
                              return std::tuple{key, values.first, values.second};
                            }) >>
                            out.collect()));
  df.run_tick();
  EXPECT_EQ(out.bag(), (std::vector{std::tuple{std::string("a"), 1, 20},
                                    std::tuple{std::string("b"), 2, 10}}));
}

// ---- lifetimes ----

template <class Left, class Right>
Ticked<Pair> join_of_deferred(Left left, Right right) {
  Out<Joined> out;
  static constexpr node<"rhs"> rhs;
  Running df(flow(source_iter(std::vector{Pair{7, 1}, Pair{7, 2}}) >> my_join[_0],
                  source_iter(std::vector{Pair{7, 0}}) >> rhs,
                  source_iter(std::vector{Pair{7, 1}}) >> defer_tick() >> rhs,
                  source_iter(std::vector{Pair{7, 2}}) >> defer_tick() >> defer_tick() >> rhs,
                  rhs = union_() >> my_join[_1], my_join = join(left, right) >> out.collect()));
  df.run_available();
  EXPECT_EQ(df.current_tick(), 3u);
  Ticked<Pair> values;
  for (auto const& [in_tick, joined] : out.ticked_bag()) {
    EXPECT_EQ(joined.first, 7);
    values.emplace_back(in_tick, joined.second);
  }
  return values;
}

TEST(Join, E5_join_lifetimes) {
  Ticked<Pair> const first{{0, {1, 0}}, {0, {2, 0}}};
  EXPECT_EQ(join_of_deferred(tick, tick), first);
  EXPECT_EQ(join_of_deferred(tick, forever), first);
  Ticked<Pair> left_stays = first;
  left_stays.insert(left_stays.end(), {{1, {1, 1}}, {1, {2, 1}}, {2, {1, 2}}, {2, {2, 2}}});
  EXPECT_EQ(join_of_deferred(forever, tick), left_stays);
  Ticked<Pair> cumulative = first;
  for (Pair const& pair : {Pair{1, 0}, Pair{1, 1}, Pair{2, 0}, Pair{2, 1}}) {
    cumulative.emplace_back(1, pair);
  }
  for (int l : {1, 2}) {
    for (int r : {0, 1, 2}) cumulative.emplace_back(2, Pair{l, r});
  }
  EXPECT_EQ(join_of_deferred(forever, forever), cumulative);
}

TEST(Join, OfNoneLivesNoLongerThanATick) {
  Ticked<Pair> const first{{0, {1, 0}}, {0, {2, 0}}};
  EXPECT_EQ(join_of_deferred(none, none), first);
  EXPECT_EQ(join_of_deferred(none, forever), first);
  EXPECT_EQ(join_of_deferred(forever, none), join_of_deferred(forever, tick));
}

TEST(Join, E6_join_replay_static) {
  Out<Joined> out;
  Running df(flow(source_iter(std::vector{Pair{7, 1}, Pair{7, 2}}) >> my_join[_0],
                  source_iter(std::vector{Pair{7, 3}, Pair{7, 4}}) >> my_join[_1],
                  my_join = join(forever) >> out.collect()));
  for (int i = 0; i < 3; ++i) {
    df.run_tick();
    EXPECT_EQ(out.bag(), (std::vector{Joined{7, {1, 3}}, Joined{7, {1, 4}}, Joined{7, {2, 3}},
                                      Joined{7, {2, 4}}}));
  }
}

}  // namespace
}  // namespace weir

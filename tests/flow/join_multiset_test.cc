// join_multiset: duplicates count, in every lifetime.
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

using Pair = std::pair<int, int>;
using Joined = std::pair<int, Pair>;

static constexpr node<"my_join"> my_join;

TEST(JoinMultiset, GivesEachPairAsOftenAsItsHalvesCame) {
  Out<Joined> out;
  Running df(flow(source_iter(std::vector{Pair{0, 1}, Pair{0, 1}, Pair{3, 9}}) >> my_join[_0],
                  source_iter(std::vector{Pair{0, 2}, Pair{0, 3}, Pair{0, 2}}) >> my_join[_1],
                  my_join = join_multiset() >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.bag(), (std::vector{Joined{0, {1, 2}}, Joined{0, {1, 2}}, Joined{0, {1, 2}},
                                    Joined{0, {1, 2}}, Joined{0, {1, 3}}, Joined{0, {1, 3}}}));
}

TEST(JoinMultiset, ValuesNeedNoEquality) {
  struct Plain {
    int number;
  };
  Out<int> out;
  Running df(flow(source_iter(std::vector{std::pair{1, Plain{20}}}) >> my_join[_0],
                  source_iter(std::vector{std::pair{1, Plain{3}}}) >> my_join[_1],
                  my_join = join_multiset() >> map([](int key, std::pair<Plain, Plain> values) {
                              return key + values.first.number + values.second.number;
                            }) >>
                            out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{24});
}

TEST(JoinMultiset, ThatLivesForeverGivesEverythingInEveryTick) {
  Channel<Pair> left;
  Channel<Pair> right;
  Out<Joined> out;
  Running df(flow(source_stream(left) >> my_join[_0], source_stream(right) >> my_join[_1],
                  my_join = join_multiset(forever) >> out.collect()));
  send(left, {{7, 1}, {7, 1}});
  send(right, {{7, 3}});
  df.run_tick();
  std::vector<Joined> all{{7, {1, 3}}, {7, {1, 3}}};
  EXPECT_EQ(out.bag(), all);
  df.run_tick();
  EXPECT_EQ(out.bag(), all);
  send(right, {{7, 4}});
  df.run_tick();
  all.insert(all.end(), {{7, {1, 4}}, {7, {1, 4}}});
  EXPECT_EQ(out.bag(), all);
}

TEST(JoinMultiset, WithoutReplayGivesOnlyWhatIsNew) {
  Channel<Pair> left;
  Channel<Pair> right;
  Out<Joined> out;
  Running df(flow(source_stream(left) >> my_join[_0], source_stream(right) >> my_join[_1],
                  my_join = join_multiset_no_replay() >> out.collect()));
  send(left, {{7, 1}, {7, 1}});
  send(right, {{7, 3}});
  df.run_tick();
  EXPECT_EQ(out.bag(), (std::vector<Joined>{{7, {1, 3}}, {7, {1, 3}}}));
  df.run_tick();
  EXPECT_EQ(out.bag(), std::vector<Joined>());
  send(left, {{7, 1}});
  df.run_tick();
  EXPECT_EQ(out.bag(), (std::vector<Joined>{{7, {1, 3}}}));
}

// A requests-and-state join: what lives for a tick leaves nothing behind, whatever it did not meet.
TEST(JoinMultiset, ASideThatLivesForATickMeetsTheOtherOneOfAllTicks) {
  Channel<std::pair<std::string, int>> asked;
  Channel<std::pair<std::string, int>> known;
  Out<std::string> out;
  Running df(flow(source_stream(asked) >> my_join[_0], source_stream(known) >> my_join[_1],
                  my_join = join_multiset(tick, forever) >>
                            map([](std::string const& key, Pair values) {
                              return key + std::to_string(values.first * 10 + values.second);
                            }) >>
                            out.collect()));
  using Words = std::vector<std::string>;
  send(asked, {{"a", 1}, {"b", 1}});
  send(known, {{"a", 5}});
  df.run_tick();
  EXPECT_EQ(out.bag(), (Words{"a15"}));
  send(known, {{"b", 6}});
  df.run_tick();
  EXPECT_EQ(out.bag(), Words());
  send(asked, {{"b", 2}, {"a", 2}, {"a", 2}});
  df.run_tick();
  EXPECT_EQ(out.bag(), (Words{"a25", "a25", "b26"}));
}

}  // namespace
}  // namespace weir

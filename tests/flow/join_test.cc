// join: cases by name, lifetimes, and two programs that are mostly joins.
#include <array>
#include <set>
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

// What a replay gives and what comes in the same tick must not meet twice, whoever brings it: here
// another replay (of `first`), a flush (the fold) and a source, all in the stratum of `second`.
TEST(Join, AReplayGivesEachPairOnceWhateverComesInItsTick) {
  Channel<Pair> left;
  Channel<Pair> right;
  Channel<int> counted;
  Out<Joined> out;
  static constexpr node<"first"> first;
  static constexpr node<"second"> second;
  static constexpr node<"both"> both;
  Running df(flow(second = join(forever) >> out.collect(), both = union_() >> second[_0],
                  source_stream(counted) >> fold(forever, zero, sum) >> map([](int v) {
                    return Pair{1, v};
                  }) >>
                      both,
                  first = join(forever) >> map([](int key, Pair values) {
                            return Pair{key, values.first * 100 + values.second};
                          }) >>
                          both,
                  source_stream(left) >> first[_0],
                  source_iter(std::vector{Pair{1, 5}, Pair{1, 6}}) >> first[_1],
                  source_stream(right) >> second[_1]));
  std::set<Joined> expected;
  std::set<int> lefts;
  std::set<int> rights;
  int total = 0;
  for (int i = 1; i < 5; ++i) {
    left.send(Pair{1, i});
    right.send(Pair{1, 10 * i});
    counted.send(i);
    total += i;
    lefts.insert({total, i * 100 + 5, i * 100 + 6});
    rights.insert(10 * i);
    for (int const l : lefts) {
      for (int const r : rights) expected.insert({1, {l, r}});
    }
    df.run_tick();
    EXPECT_EQ(out.bag(), std::vector(expected.begin(), expected.end())) << "tick " << i;
  }
}

// A replay may bring something new to another one: here what `left` leaves out in one tick and
// gives in the next. Whichever is written first, the join replays first and meets the new pair
// once.
template <bool JoinFirst>
std::vector<Joined> replayed_into_a_join() {
  Channel<Pair> excluded;
  Out<Joined> out;
  static constexpr node<"left"> left;
  auto const arranged = [](auto definition_of_left, auto definition_of_join, auto... rest) {
    if constexpr (JoinFirst) {
      return flow(std::move(definition_of_join), std::move(definition_of_left), std::move(rest)...);
    } else {
      return flow(std::move(definition_of_left), std::move(definition_of_join), std::move(rest)...);
    }
  };
  Running df(arranged(left = difference(forever, tick), my_join = join(forever) >> out.collect(),
                      left >> my_join[_0],
                      source_iter(std::vector{Pair{1, 1}, Pair{2, 2}}) >> left[pos],
                      source_stream(excluded) >> left[neg],
                      source_iter(std::vector{Pair{1, 10}, Pair{2, 20}}) >> my_join[_1]));
  send(excluded, {Pair{2, 2}});
  df.run_tick();
  EXPECT_EQ(out.bag(), (std::vector{Joined{1, {1, 10}}}));
  df.run_tick();
  return out.bag();
}

TEST(Join, AReplayComesBeforeWhatAnotherReplayBringsNew) {
  std::vector const both{Joined{1, {1, 10}}, Joined{2, {2, 20}}};
  EXPECT_EQ(replayed_into_a_join<true>(), both);
  EXPECT_EQ(replayed_into_a_join<false>(), both);
}

// ---- programs ----

TEST(Join, E14_reachability) {
  Channel<Pair> edges;
  Out<int> out;
  static constexpr node<"reached"> reached;
  Running df(flow(reached = union_() >> map([](int v) {
                              return std::pair{v, unit{}};
                            }),
                  source_iter(std::vector{0}) >> reached,
                  my_join = join(forever) >>
                            map([](int, std::pair<unit, int> hit) { return hit.second; }) >>
                            unique(forever) >> tee(),
                  reached >> my_join[_0], source_stream(edges) >> my_join[_1], my_join >> reached,
                  my_join >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), std::vector<int>());
  send(edges, {{0, 1}});
  df.run_available();
  EXPECT_EQ(out.take(), std::vector{1});
  send(edges, {{2, 4}, {3, 4}});
  df.run_available();
  EXPECT_EQ(out.take(), std::vector<int>());
  send(edges, {{1, 2}});
  df.run_available();
  EXPECT_EQ(out.take(), (std::vector{2, 4}));
  send(edges, {{0, 3}});
  df.run_available();
  EXPECT_EQ(out.take(), std::vector{3});
  send(edges, {{0, 3}});
  df.run_available();
  EXPECT_EQ(out.take(), std::vector<int>());
}

TEST(Join, E16_covid) {
  using Contact = std::tuple<int, int, int>;
  using Exposure = std::pair<int, int>;  // from, to
  Channel<Contact> contacts;
  Channel<std::pair<int, Exposure>> diagnosed;
  Channel<std::pair<int, std::string>> people;
  Out<std::string> out;
  static constexpr node<"met"> met;
  static constexpr node<"exposed"> exposed;
  static constexpr node<"new_exposed"> new_exposed;
  static constexpr node<"notify"> notify;
  Running df(
      flow(met = source_stream(contacts) >> flat_map([](int a, int b, int t) {
                   return std::array{std::pair{a, Pair{b, t}}, std::pair{b, Pair{a, t}}};
                 }),
           exposed = union_(), source_stream(diagnosed) >> exposed,
           new_exposed = join(forever) >> filter([](int, std::pair<Pair, Exposure> const& hit) {
                           int const t = hit.first.second;
                           return hit.second.first <= t && t <= hit.second.second;
                         }) >>
                         map([](int, std::pair<Pair, Exposure> hit) { return hit.first; }) >> tee(),
           met >> new_exposed[_0], exposed >> new_exposed[_1],
           new_exposed >> map([](int person, int t) {
             return std::pair{person, Exposure{t, t + 14}};
           }) >>
               exposed,
           notify = join(forever) >> map([](int, std::pair<std::string, int> hit) {
                      return hit.first + "@" + std::to_string(hit.second);
                    }) >>
                    out.collect(),
           source_stream(people) >> notify[_0], new_exposed >> notify[_1]));
  send(people, {{101, "Mingwei"}, {102, "Justin"}, {103, "Mae"}});
  send(contacts, {{101, 102, 1031}, {101, 201, 1027}});
  send(diagnosed, {{103, {1022, 1036}}});
  df.run_available();
  EXPECT_EQ(out.bag(), std::vector<std::string>());
  send(contacts, {{101, 103, 1028}});
  df.run_available();
  EXPECT_EQ(out.bag(),
            (std::vector<std::string>{"Justin@1031", "Mae@1028", "Mingwei@1028", "Mingwei@1031"}));
  send(people, {{103, "Joe H"}});
  df.run_available();
  EXPECT_EQ(out.bag(), (std::vector<std::string>{"Joe H@1028", "Justin@1031", "Mae@1028",
                                                 "Mingwei@1028", "Mingwei@1031"}));
}

}  // namespace
}  // namespace weir

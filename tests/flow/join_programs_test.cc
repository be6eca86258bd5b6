// join: what its replays meet, and two programs that are mostly joins.
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

// anti_join: the pairs of `pos` whose key is not in `neg`, of which all is taken first.
#include <memory>
#include <set>
#include <string>

#include "tests/flow/oracle.h"

namespace weir {
namespace {

using Pair = std::pair<int, int>;

static constexpr node<"rest"> rest;

// Two channels into an anti_join of these lifetimes.
template <class Pos, class Neg>
struct TwoChannels {
  Channel<Pair> positive;
  Channel<int> negative;
  Out<Pair> out;
  Running df;

  TwoChannels(Pos pos_lifetime, Neg neg_lifetime, TickBudget budget = {})
      : df(flow(source_stream(positive) >> rest[pos], source_stream(negative) >> rest[neg],
                rest = anti_join(pos_lifetime, neg_lifetime) >> out.collect()),
           budget) {}
  std::vector<Pair> bag_of_tick(std::vector<Pair> const& plus, std::vector<int> const& minus) {
    send(positive, plus);
    send(negative, minus);
    df.run_tick();
    return out.bag();
  }
};

TEST(AntiJoin, F7_anti_join_defer) {
  Channel<Pair> in;
  Out<Pair> out;
  static constexpr node<"items"> items;
  Running df(flow(items = source_stream(in) >> tee(), items >> rest[pos],
                  items >> map([](int key, int) { return key; }) >> defer_tick() >> rest[neg],
                  rest = anti_join() >> out.collect()));
  send(in, {{1, 2}, {1, 2}, {2, 3}, {3, 4}, {4, 5}});
  df.run_tick();
  EXPECT_EQ(out.bag(), (std::vector{Pair{1, 2}, Pair{1, 2}, Pair{2, 3}, Pair{3, 4}, Pair{4, 5}}));
  send(in, {{3, 2}, {4, 3}, {5, 4}, {6, 5}});
  df.run_tick();
  df.run_available();
  EXPECT_EQ(out.bag(), (std::vector{Pair{5, 4}, Pair{6, 5}}));
}

TEST(AntiJoin, F9_anti_join_static) {
  TwoChannels two(forever, forever);
  EXPECT_EQ(two.bag_of_tick({{1, 2}, {1, 2}, {200, 3}, {300, 4}, {400, 5}, {5, 6}}, {200, 300}),
            (std::vector{Pair{1, 2}, Pair{1, 2}, Pair{5, 6}, Pair{400, 5}}));
  send(two.negative, {400});
  two.df.run_available();
  EXPECT_EQ(two.out.bag(), (std::vector{Pair{1, 2}, Pair{1, 2}, Pair{5, 6}}));
}

TEST(AntiJoin, OfATickForgetsBothSidesWithIt) {
  TwoChannels two(tick, tick);
  EXPECT_EQ(two.bag_of_tick({{1, 2}, {1, 2}, {200, 3}}, {200}),
            (std::vector{Pair{1, 2}, Pair{1, 2}}));
  EXPECT_EQ(two.bag_of_tick({{200, 3}}, {}), (std::vector{Pair{200, 3}}));
  EXPECT_EQ(two.bag_of_tick({}, {5}), std::vector<Pair>());
  EXPECT_EQ(two.bag_of_tick({{5, 5}}, {}), (std::vector{Pair{5, 5}}));
}

// What it has given goes back to [neg], so that each key passes in one tick only.
TEST(AntiJoin, GivesTheNewOnesOnlyWhenItsOwnKeysComeBack) {
  In<std::pair<std::string, int>> in;
  Out<std::pair<std::string, int>> out;
  static constexpr node<"fresh"> fresh;
  FlowScript script([&] {
    return flow(
        fresh = anti_join(tick, forever) >> tee(), source_stream(in) >> fresh[pos],
        fresh >> map([](std::string const& key, int) { return key; }) >> defer_tick() >> fresh[neg],
        fresh >> out.collect());
  });
  script.tick({in.gets(std::pair{"a", 1}, std::pair{"b", 2}, std::pair{"a", 3})},
              {out.gives(std::pair{"a", 1}, std::pair{"b", 2}, std::pair{"a", 3})});
  script.tick({in.gets(std::pair{"a", 4}, std::pair{"c", 5})}, {out.gives(std::pair{"c", 5})});
  script.tick({in.gets(std::pair{"c", 6}, std::pair{"b", 7}, std::pair{"d", 8})},
              {out.gives(std::pair{"d", 8})});
  EXPECT_EQ(script.differences(), "");
}

// What is not kept need not be copyable.
TEST(AntiJoin, PassesOnWhatCanOnlyBeMoved) {
  Out<std::string> out;
  std::vector<std::string> const words{"a", "b", "c"};
  Running df(flow(source_iter(words) >> map([](std::string const& word) {
                    return std::pair{word, std::make_unique<std::string>(word + word)};
                  }) >>
                      rest[pos],
                  source_iter(std::vector<std::string>{"b"}) >> rest[neg],
                  rest = anti_join(tick, forever) >>
                         map([](std::pair<std::string, std::unique_ptr<std::string>> item) {
                           return *item.second;
                         }) >>
                         out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector<std::string>{"aa", "cc"}));
}

TEST(AntiJoin, AReplayStopsWhenTheBudgetEnds) {
  TwoChannels two(forever, tick, {.items = 2});
  EXPECT_EQ(two.bag_of_tick({{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}}, {4}),
            (std::vector{Pair{1, 1}, Pair{2, 2}, Pair{3, 3}, Pair{5, 5}}));
  int turns = 1;
  while (two.df.graph.run_tick() == Status::yielded) ++turns;
  EXPECT_EQ(turns, 3);
  EXPECT_EQ(two.out.take(),
            (std::vector{Pair{1, 1}, Pair{2, 2}, Pair{3, 3}, Pair{4, 4}, Pair{5, 5}}));
}

// ---- against a slow, obviously right one ----

template <class Pos, class Neg>
void compare(std::uint64_t seed, Pos pos_lifetime, Neg neg_lifetime) {
  SCOPED_TRACE("anti_join(" + lifetimes(pos_lifetime, neg_lifetime) + "), seed " +
               std::to_string(seed));
  Random random(seed);
  TwoChannels two(pos_lifetime, neg_lifetime, random_budget(random));
  std::vector<Pair> kept;
  std::set<int> excluded;
  auto const some = [&] { return static_cast<int>(random.below(15)); };
  for (int i = 0; i < 25; ++i) {
    auto const plus = batch<Pair>(random, [&] { return Pair{some(), some()}; });
    auto const minus = random.once_in(3) ? batch<int>(random, some) : std::vector<int>();
    kept.insert(kept.end(), plus.begin(), plus.end());
    excluded.insert(minus.begin(), minus.end());
    std::vector<Pair> expected;
    for (Pair const& item : kept) {
      if (!excluded.contains(item.first)) expected.push_back(item);
    }
    ASSERT_EQ(two.bag_of_tick(plus, minus), sorted(expected)) << "tick " << i;
    forget(kept, pos_lifetime);
    forget(excluded, neg_lifetime);
  }
}

TEST(AntiJoin, AgreesWithANaiveOne) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    for_all_pairs_of_lifetimes([&](auto p, auto n) { compare(seed, p, n); });
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace weir

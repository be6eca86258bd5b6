// Joins whose tables have outgrown the cache: what comes in is collected and worked off together.
// That must not show.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/flow/flow_testing.h"
#include "weir/base/random.h"

namespace weir {
namespace {

using Pair = std::pair<int, int>;
using Joined = std::pair<int, Pair>;

static constexpr node<"my_join"> my_join;

// More keys than a small table has, so that an index of 128 Ki slots is needed.
constexpr int key_count = 60'000;

std::vector<Pair> all_keys() {
  std::vector<Pair> all;
  for (int key = 0; key < key_count; ++key) all.push_back({key, -key});
  return all;
}

// Items of both sides in random order meet as if each had been worked off when it came.
template <class Make, class Known>
void compare(Make make, Known known_already, TickBudget budget) {
  using Side = std::pair<bool, Pair>;
  Channel<Side> in(200'000);
  Out<Joined> out;
  static constexpr node<"both"> both;
  Running df(flow(both = source_stream(in) >> tee(),
                  both >> filter_map([](bool right, Pair item) {
                    return right ? std::optional<Pair>() : std::optional(item);
                  }) >>
                      my_join[_0],
                  both >> filter_map([](bool right, Pair item) {
                    return right ? std::optional(item) : std::optional<Pair>();
                  }) >>
                      my_join[_1],
                  my_join = make() >> out.collect()),
             budget);
  Random random(7);
  std::map<int, std::array<std::vector<int>, 2>> oracle;
  std::vector<Joined> expected;
  auto const give = [&](bool right, Pair item) {
    in.send(Side{right, item});
    auto& sides = oracle[item.first];
    std::vector<int>& own = sides[right ? 1 : 0];
    if (known_already(own, item.second)) return;
    own.push_back(item.second);
    for (int const other : sides[right ? 0 : 1]) {
      expected.push_back({item.first, right ? Pair{other, item.second} : Pair{item.second, other}});
    }
  };
  for (Pair const& item : all_keys()) give(false, item);
  for (int i = 0; i < 40'000; ++i) {
    int const key = static_cast<int>(random.below(random.once_in(4) ? 2 * key_count : 300));
    give(random.once_in(2), {key, static_cast<int>(random.below(4))});
  }
  df.run_tick();
  EXPECT_EQ(out.take(), expected);  // in this order: each pair when its later half comes
}

TEST(LargeJoin, OfSetsGivesItsPairsInTheOrderTheirLaterHalvesCame) {
  auto const known = [](std::vector<int> const& own, int value) {
    return std::find(own.begin(), own.end(), value) != own.end();
  };
  compare([] { return join(); }, known, {});
  compare([] { return join(tick, forever); }, known, {.items = 1000});
}

TEST(LargeJoin, OfMultisetsGivesItsPairsInTheOrderTheirLaterHalvesCame) {
  auto const never = [](std::vector<int> const&, int) { return false; };
  compare([] { return join_multiset(forever); }, never, {.items = 1000});
}

// Nothing stays collected when a subgraph has run. Two of them, of which the first one gives to the
// second: what the first works off at last is then collected in the second, and must come out too.
TEST(LargeJoin, WorksOffWhatIsCollectedWheneverItsSubgraphHasRun) {
  Channel<Pair> items(2 * key_count);
  Channel<Pair> asked;
  Out<int> out;
  static constexpr node<"all"> all;
  static constexpr node<"next"> next;
  Running df(flow(all = source_stream(items) >> tee(), all >> my_join[_0], all >> next[_0],
                  source_stream(asked) >> my_join[_1],
                  my_join = join_no_replay() >> map([](int key, Pair values) {
                              return Pair{key, values.second};
                            }) >>
                            next[_1],
                  next = join_no_replay() >> map([](int, Pair values) { return values.second; }) >>
                         out.collect()));
  send(items, all_keys());
  df.run_tick();
  for (int i = 1; i < 4; ++i) {
    send(asked, {{i, 10 * i}});
    df.run_tick();
    EXPECT_EQ(out.take(), std::vector{10 * i});
  }
}

// What is collected may own memory, and may die there: the flow ends by an exception.
TEST(LargeJoin, LosesNothingWhenAnExceptionEndsTheFlow) {
  Channel<std::pair<int, std::string>> left(key_count);
  Channel<std::pair<int, std::string>> right;
  int met = 0;
  Running df(flow(source_stream(left) >> my_join[_0], source_stream(right) >> my_join[_1],
                  my_join = join(forever, tick) >> for_each([&](auto const&) {
                              if (++met == 3) throw std::runtime_error("three");
                            })));
  std::string const text = "one that needs memory of its own";
  for (int key = 0; key < key_count; ++key) left.send(std::pair{key, text});
  df.run_tick();
  for (int key = 0; key < 10; ++key) right.send(std::pair{key, text});
  df.run_tick();
  EXPECT_EQ(met, 3);
  ASSERT_NE(df.graph.failure(), nullptr);
  EXPECT_EQ(df.graph.failure()->what, "three");
}

}  // namespace
}  // namespace weir

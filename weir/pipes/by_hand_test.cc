// Operators without a flow and without a scheduler: what they are to somebody who calls them by
// hand.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/context.h"
#include "weir/pipes/operators/difference.h"
#include "weir/pipes/operators/flat_map.h"
#include "weir/pipes/operators/join.h"
#include "weir/pipes/operators/map.h"
#include "weir/pipes/operators/source_iter.h"
#include "weir/pipes/operators/unique.h"

namespace weir {
namespace {

constexpr Context in_tick_seven{.current_tick = 7};

// Gives items on to a function.
template <class Next>
struct EmitTo {
  Next next;
  Context const& context() const { return in_tick_seven; }
  void operator()(auto&& item) const { next(static_cast<decltype(item)&&>(item)); }
};
template <class Next>
EmitTo(Next) -> EmitTo<Next>;

TEST(ByHand, SourcesAndPushesFormAChain) {
  Stateless nothing;
  auto source = source_iter(std::vector{1, 2, 3});
  auto doubled =
      map([](Context const& context, int v) { return v * static_cast<int>(context.current_tick); });
  auto both = flat_map([](int v) { return std::array{v, -v}; });
  std::vector<int> out;
  EmitTo const sink{[&](int v) { out.push_back(v); }};
  EmitTo const into_both{[&](int v) { both.push<0>(nothing, v, sink); }};
  EmitTo const into_map{[&](int v) { doubled.push<0>(nothing, v, into_both); }};
  std::int64_t budget = 2;
  EXPECT_FALSE(source.drain(into_map, budget));
  EXPECT_EQ(budget, 0);
  EXPECT_EQ(out, (std::vector{7, -7, 14, -14}));
  budget = 2;
  EXPECT_TRUE(source.drain(into_map, budget));
  EXPECT_EQ(budget, 1);
  EXPECT_EQ(out.back(), -21);
}

TEST(ByHand, AReplayGivesAsMuchAsItsBudgetAndGoesOnInTheMiddleOfAKey) {
  using Pair = std::pair<int, int>;
  auto joined = join(forever);
  decltype(joined)::State<Pair, Pair> state;
  std::vector<Pair> out;
  EmitTo const sink{[&](std::pair<int, Pair> item) { out.push_back(item.second); }};
  for (int key = 0; key < 3; ++key) {
    for (int v = 0; v < 3; ++v) {
      joined.push<0>(state, Pair{key, v}, sink);
      joined.push<1>(state, Pair{key, v}, sink);
    }
  }
  joined.finish(state, sink);
  EXPECT_EQ(out.size(), 27u);
  out.clear();
  for (std::size_t given = 10; given < 27; given += 10) {
    std::int64_t budget = 10;
    EXPECT_FALSE(joined.replay(state, sink, budget, given == 10));
    EXPECT_EQ(out.size(), given);
    EXPECT_EQ(budget, 0);  // a negative one would be somebody else's crash
  }
  std::int64_t budget = 10;
  EXPECT_TRUE(joined.replay(state, sink, budget, false));
  EXPECT_EQ(budget, 3);
  std::vector<Pair> expected;  // one key's pairs, row by row, three times
  for (int i = 0; i < 27; ++i) expected.push_back({i / 3 % 3, i % 3});
  EXPECT_EQ(out, expected);
}

TEST(ByHand, StateIsResetByWhoeverEndsTheTick) {
  auto distinct = unique();
  decltype(distinct)::State<std::string> state;
  std::vector<std::string> out;
  EmitTo const sink{[&](std::string const& item) { out.push_back(item); }};
  for (int in_tick = 0; in_tick < 2; ++in_tick) {
    for (std::string const word : {"a", "b", "a"}) distinct.push<0>(state, word, sink);
    distinct.end_tick(state);
  }
  EXPECT_EQ(out, (std::vector<std::string>{"a", "b", "a", "b"}));
}

// ---- rows ----

static_assert(decltype(unique())::info.ends_ticks && !decltype(unique())::info.ends_runs);
static_assert(!decltype(unique(forever))::info.ends_ticks &&
              decltype(unique(none))::info.ends_runs);
static_assert(decltype(join(forever))::info.replays && !decltype(join(forever))::info.ends_ticks);
static_assert(!decltype(join(forever, tick))::info.replays);
static_assert(decltype(difference())::info.blocks(1) && !decltype(difference())::info.blocks(0));

}  // namespace
}  // namespace weir

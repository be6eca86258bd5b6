// chain, chain_first_n: one input after the other.
#include <memory>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

static constexpr node<"c"> c;

// Two channels into a chain, tick by tick.
template <class Op>
struct TwoChannels {
  Channel<int> first;
  Channel<int> second;
  Out<int> out;
  Running df;

  explicit TwoChannels(Op op, TickBudget budget = {})
      : df(flow(source_stream(second) >> c[_1], source_stream(first) >> c[_0],
                c = std::move(op) >> out.collect()),
           budget) {}
  std::vector<int> run_tick(std::vector<int> const& one, std::vector<int> const& two) {
    send(first, one);
    send(second, two);
    df.run_tick();
    return out.take();
  }
};

TEST(Chain, GivesAllOfOneInputAndThenTheOther) {
  for (std::int64_t const items : {std::int64_t{1} << 40, std::int64_t{1}, std::int64_t{2}}) {
    SCOPED_TRACE("budget " + std::to_string(items));
    TwoChannels two(chain(), {.items = items});
    EXPECT_EQ(two.run_tick({1, 2, 3}, {4, 5}), (std::vector{1, 2, 3, 4, 5}));
    EXPECT_EQ(two.run_tick({}, {6}), std::vector{6});
    EXPECT_EQ(two.run_tick({7, 8}, {}), (std::vector{7, 8}));
    EXPECT_EQ(two.run_tick({}, {}), std::vector<int>());
  }
}

// Its first input comes out of a flush of the same stratum, its second from a replay of it.
TEST(Chain, IsInOrderWhateverItsInputsCome) {
  static constexpr node<"d"> d;
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> sort() >> c[_1],
                  source_iter(std::vector{10, 20}) >> persist() >> c[_0], c = chain() >> d[_0],
                  source_iter(std::vector{99}) >> persist() >> d[_1], d = chain() >> out.collect()),
             {.items = 1});
  send(in, {3, 1, 2});
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{10, 20, 1, 2, 3, 99}));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{10, 20, 99}));
}

TEST(Chain, TakesWhatCanOnlyBeMoved) {
  using Number = std::unique_ptr<int>;
  Channel<Number> first;
  Channel<Number> second;
  Out<int> out;
  Running df(flow(source_stream(first) >> c[_0], source_stream(second) >> c[_1],
                  c = chain() >> map([](Number number) { return *number; }) >> out.collect()));
  second.send(std::make_unique<int>(2));
  first.send(std::make_unique<int>(1));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{1, 2}));
}

TEST(ChainFirstN, GivesNoMoreThanNInATick) {
  for (std::int64_t const items : {std::int64_t{1} << 40, std::int64_t{1}, std::int64_t{2}}) {
    SCOPED_TRACE("budget " + std::to_string(items));
    TwoChannels two(chain_first_n(4), {.items = items});
    EXPECT_EQ(two.run_tick({1, 2, 3}, {4, 5}), (std::vector{1, 2, 3, 4}));
    EXPECT_EQ(two.run_tick({1, 2, 3, 4, 5, 6}, {7}), (std::vector{1, 2, 3, 4}));
    EXPECT_EQ(two.run_tick({}, {6, 7, 8, 9, 10}), (std::vector{6, 7, 8, 9}));
    EXPECT_EQ(two.run_tick({}, {}), std::vector<int>());
    EXPECT_EQ(two.run_tick({11}, {12}), (std::vector{11, 12}));
  }
}

TEST(ChainFirstN, OfNoneGivesNothing) {
  TwoChannels two(chain_first_n(0));
  EXPECT_EQ(two.run_tick({1, 2, 3}, {4, 5}), std::vector<int>());
}

// What it drops has been taken: the state of who gives to it is complete.
TEST(ChainFirstN, LosesNothingOfWhatComesBefore) {
  Channel<int> in;
  Out<int> out;
  Out<int> totals;
  static constexpr node<"t"> t;
  Running df(
      flow(t = source_stream(in) >>
               scan(forever, zero, [](int& all, int item) { return std::optional(all += item); }) >>
               tee(),
           t >> c[_1], t >> totals.collect(), null<int>() >> c[_0],
           c = chain_first_n(1) >> out.collect()));
  send(in, {1, 2, 3});
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{1});
  send(in, {4});
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{10});
  EXPECT_EQ(totals.take(), (std::vector{1, 3, 6, 10}));
}

// The limit is one of the tick, though the subgraph runs twice in it.
TEST(ChainFirstN, CountsThroughACycle) {
  Out<int> out;
  static constexpr node<"u"> u;
  Running df(flow(source_iter(std::vector{1, 2}) >> u, u = union_() >> c[_1], null<int>() >> c[_0],
                  c = chain_first_n(5) >> tee(), c >> out.collect(),
                  c >> map([](int v) { return v + 10; }) >> u));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{1, 2, 11, 12, 21}));
}

}  // namespace
}  // namespace weir

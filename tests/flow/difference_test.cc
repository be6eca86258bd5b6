// difference: what is in `pos` and not in `neg`, of which all is taken first.
#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

static constexpr node<"diff"> diff;

std::vector<int> difference_of(std::vector<int> positive, std::vector<int> negative) {
  Out<int> out;
  Running df(flow(source_iter(positive) >> diff[pos], source_iter(negative) >> diff[neg],
                  diff = difference() >> out.collect()));
  df.run_available();
  return out.take();
}

TEST(Difference, F1_difference) {
  EXPECT_EQ(difference_of({1, 2, 3, 4}, {1, 3, 5, 7}), (std::vector{2, 4}));
  EXPECT_EQ(difference_of({1, 2, 3, 4, 5}, {2, 3, 4}), (std::vector{1, 5}));
  EXPECT_EQ(difference_of({1, 2, 2, 3, 3, 4, 4, 5, 5}, {2, 3, 4}), (std::vector{1, 5, 5}));
}

// Two channels into a difference of these lifetimes.
template <class Pos, class Neg>
struct TwoChannels {
  Channel<int> positive;
  Channel<int> negative;
  Out<int> out;
  Running df;

  TwoChannels(Pos pos_lifetime, Neg neg_lifetime)
      : df(flow(source_stream(positive) >> diff[pos], source_stream(negative) >> diff[neg],
                diff = difference(pos_lifetime, neg_lifetime) >> out.collect())) {}
  Ticked<int> run_tick(std::vector<int> const& plus, std::vector<int> const& minus) {
    send(positive, plus);
    send(negative, minus);
    df.run_tick();
    return out.ticked_bag();
  }
  std::vector<int> bag_of_tick(std::vector<int> const& plus, std::vector<int> const& minus) {
    send(positive, plus);
    send(negative, minus);
    df.run_tick();
    return out.bag();
  }
};

TEST(Difference, F2_diff_timing) {
  TwoChannels two(tick, tick);
  EXPECT_EQ(two.run_tick({}, {}), Ticked<int>());
  EXPECT_EQ(two.run_tick({1, 2, 3, 4, 4}, {2, 3}), (Ticked<int>{{1, 1}, {1, 4}, {1, 4}}));
  EXPECT_EQ(two.run_tick({}, {1}), Ticked<int>());
  // And nothing of that tick is left, though nothing came on [pos].
  EXPECT_EQ(two.run_tick({1}, {}), (Ticked<int>{{3, 1}}));
}

TEST(Difference, F2_diff_timing_none) {
  TwoChannels two(none, none);
  EXPECT_EQ(two.run_tick({}, {}), Ticked<int>());
  EXPECT_EQ(two.run_tick({1, 2, 3, 4, 4}, {2, 3}), (Ticked<int>{{1, 1}, {1, 4}, {1, 4}}));
  EXPECT_EQ(two.run_tick({}, {1}), Ticked<int>());
  EXPECT_EQ(two.run_tick({1}, {}), (Ticked<int>{{3, 1}}));
}

TEST(Difference, F4_diff_tick_static) {
  TwoChannels two(tick, forever);
  EXPECT_EQ(two.bag_of_tick({1, 1, 2}, {2}), (std::vector{1, 1}));
  EXPECT_EQ(two.bag_of_tick({1, 1, 2, 3}, {}), (std::vector{1, 1, 3}));
}

TEST(Difference, F4_diff_static_static) {
  TwoChannels two(forever, forever);
  EXPECT_EQ(two.bag_of_tick({1, 1, 2}, {2}), (std::vector{1, 1}));
  EXPECT_EQ(two.bag_of_tick({1, 1, 2, 3}, {}), (std::vector{1, 1, 1, 1, 3}));
}

TEST(Difference, F4_diff_static_tick) {
  TwoChannels two(forever, tick);
  EXPECT_EQ(two.bag_of_tick({1, 1, 2}, {2}), (std::vector{1, 1}));
  EXPECT_EQ(two.bag_of_tick({3}, {3}), (std::vector{1, 1, 2}));
}

TEST(Difference, B9_diff_feedback) {
  Channel<std::string> in;
  Out<std::string> out;
  using Words = std::vector<std::string>;
  static constexpr node<"b"> b;
  Running df(flow(diff = difference(), source_stream(in) >> diff[pos], b = diff >> tee(),
                  b >> defer_tick() >> diff[neg], b >> out.collect()));
  send(in, {"01", "02", "03"});
  df.run_tick();
  EXPECT_EQ(out.bag(), (Words{"01", "02", "03"}));
  send(in, {"02", "11", "12"});
  df.run_tick();
  EXPECT_EQ(out.bag(), (Words{"11", "12"}));
  send(in, {"02", "11", "12"});
  df.run_tick();
  EXPECT_EQ(out.bag(), Words{"02"});
}

// It runs when something came on [neg], to forget it at the end of the tick, and not for ever
// after.
TEST(Difference, RunsOnlyInTicksInWhichSomethingCame) {
  Channel<int> positive;
  Channel<int> negative;
  Out<int> out;
  Running df(flow(diff = difference() >> out.collect(), source_stream(positive) >> diff[pos],
                  source_stream(negative) >> filter([](int v) { return v > 0; }) >> diff[neg]));
  Subgraph const& subgraph = *df.graph.subgraphs()[0];
  df.run_tick();
  EXPECT_EQ(subgraph.counters.runs, 1u);
  negative.send(1);
  df.run_tick();
  EXPECT_EQ(subgraph.counters.runs, 2u);
  negative.send(-1);
  df.run_tick();
  EXPECT_EQ(subgraph.counters.runs, 2u);
}

// What is kept must not be given twice in a tick in which a flush of the same stratum adds to it.
TEST(Difference, AReplayGivesEachItemAsOftenAsItIsKept) {
  Channel<int> in;
  Out<int> out;
  static constexpr node<"both"> both;
  Running df(flow(source_stream(in) >> fold(forever, zero, sum) >> both,
                  source_iter(std::vector{100}) >> both, both = union_() >> diff[pos],
                  source_iter(std::vector{0}) >> diff[neg],
                  diff = difference(forever) >> out.collect()));
  std::vector<int> kept{100};
  for (int i = 1; i < 4; ++i) {
    in.send(1);
    kept.push_back(i);
    df.run_tick();
    EXPECT_EQ(out.bag(), sorted(kept));
  }
}

}  // namespace
}  // namespace weir

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

struct Ends {
  In<int> plus;
  In<int> minus;
  Out<int> out;
};

template <class Pos, class Neg>
FlowScript script_of(Ends& ends, Pos pos_lifetime, Neg neg_lifetime) {
  return FlowScript([&ends, pos_lifetime, neg_lifetime] {
    return flow(source_stream(ends.plus) >> diff[pos], source_stream(ends.minus) >> diff[neg],
                diff = difference(pos_lifetime, neg_lifetime) >> ends.out.collect());
  });
}

template <class Lifetime>
void expect_nothing_left_of_a_tick(Lifetime lifetime) {
  Ends ends;
  auto& [plus, minus, out] = ends;
  FlowScript script = script_of(ends, lifetime, lifetime);
  script.tick();
  script.tick({plus.gets(1, 2, 3, 4, 4), minus.gets(2, 3)}, {out.gives(1, 4, 4)});
  script.tick({minus.gets(1)});
  // And nothing of that tick is left, though nothing came on [pos].
  script.tick({plus.gets(1)}, {out.gives(1)});
  EXPECT_EQ(script.differences(), "");
}

TEST(Difference, F2_diff_timing) { expect_nothing_left_of_a_tick(tick); }
TEST(Difference, F2_diff_timing_none) { expect_nothing_left_of_a_tick(none); }

TEST(Difference, F4_diff_tick_static) {
  Ends ends;
  auto& [plus, minus, out] = ends;
  FlowScript script = script_of(ends, tick, forever);
  script.tick({plus.gets(1, 1, 2), minus.gets(2)}, {out.gives(1, 1)});
  script.tick({plus.gets(1, 1, 2, 3)}, {out.gives(1, 1, 3)});
  EXPECT_EQ(script.differences(), "");
}

TEST(Difference, F4_diff_static_static) {
  Ends ends;
  auto& [plus, minus, out] = ends;
  FlowScript script = script_of(ends, forever, forever);
  script.tick({plus.gets(1, 1, 2), minus.gets(2)}, {out.gives(1, 1)});
  script.tick({plus.gets(1, 1, 2, 3)}, {out.gives(1, 1, 1, 1, 3)});
  EXPECT_EQ(script.differences(), "");
}

TEST(Difference, F4_diff_static_tick) {
  Ends ends;
  auto& [plus, minus, out] = ends;
  FlowScript script = script_of(ends, forever, tick);
  script.tick({plus.gets(1, 1, 2), minus.gets(2)}, {out.gives(1, 1)});
  script.tick({plus.gets(3), minus.gets(3)}, {out.gives(1, 1, 2)});
  EXPECT_EQ(script.differences(), "");
}

TEST(Difference, B9_diff_feedback) {
  In<std::string> in;
  Out<std::string> out;
  static constexpr node<"b"> b;
  FlowScript script([&] {
    return flow(diff = difference(), source_stream(in) >> diff[pos], b = diff >> tee(),
                b >> defer_tick() >> diff[neg], b >> out.collect());
  });
  script.tick({in.gets("01", "02", "03")}, {out.gives_bag("01", "02", "03")});
  script.tick({in.gets("02", "11", "12")}, {out.gives_bag("11", "12")});
  script.tick({in.gets("02", "11", "12")}, {out.gives_bag("02")});
  EXPECT_EQ(script.differences(), "");
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

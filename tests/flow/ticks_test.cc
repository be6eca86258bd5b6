// When a tick starts, what it sees, how it ends: the flow-level half of the scheduler's promises.
#include <stdexcept>
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

TEST(Ticks, A5_channel_minimal) {
  Channel<int> between;
  Out<int> out;
  Running df1(flow(source_iter(std::vector{1, 2, 3}) >> for_each([&](int v) { between.send(v); })));
  Running df2(flow(source_stream(between) >> out.collect()));
  df2.run_available();
  EXPECT_EQ(out.take(), std::vector<int>());
  df1.run_available();
  EXPECT_EQ(out.take(), std::vector<int>());
  df2.run_available();
  EXPECT_EQ(out.take(), (std::vector{1, 2, 3}));
}

// Upstream's batches wake their own subgraph; here the last item of a batch sends the next one.
TEST(Ticks, A14_iter_batches_ticks) {
  Input<int> batches;
  Out<int> out;
  Running df(flow(source_stream(batches) >> inspect([&](int v) {
                    if (v % 5 != 4 || v == 99) return;
                    for (int next : numbers(v + 1, v + 6)) batches.give(next);
                  }) >>
                  out.collect()));
  for (int const v : numbers(0, 5)) batches.give(v);
  EXPECT_EQ(df.run_available(), 20u);
  Ticked<int> expected;
  for (int v = 0; v < 100; ++v) expected.emplace_back(v / 5, v);
  EXPECT_EQ(out.ticked(), expected);
}

TEST(Ticks, B1_tick_counter) {
  Running df(flow(source_iter(std::vector{1}) >> for_each([](int) {})));
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(df.current_tick(), i);
    df.run_tick();
  }
  EXPECT_EQ(df.run_available(), 1u);  // of an idle graph
  EXPECT_EQ(df.current_tick(), 4u);
}

TEST(Ticks, L8_stream) {
  Channel<int> in;
  Out<int> out;
  send(in, {1, 2, 3});
  Running df(flow(source_stream(in) >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{1, 2, 3}));
}

TEST(Ticks, L10_stream_over_ticks) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> out.collect()));
  send(in, {1, 2});
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{1, 2}));
  send(in, {3});
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{3});
}

// ---- flow.md 4.5: what users rely on ----

TEST(Ticks, RunAvailableRunsAtLeastOneAndReplayStartsNone) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{5}) >> fold(forever, zero, sum) >> out.collect()));
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(df.run_available(), 1u);
    EXPECT_EQ(out.ticked(), (Ticked<int>{{i, 5}}));
    EXPECT_FALSE(df.graph.can_start());
  }
}

TEST(Ticks, WhatIsDeferredStartsATick) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> defer_tick() >> defer_tick() >> out.collect()));
  in.send(1);
  EXPECT_EQ(df.run_available(), 3u);
  EXPECT_EQ(out.ticked(), (Ticked<int>{{2, 1}}));
}

TEST(Ticks, WhatComesDuringATickWaitsForTheNextOneWhereverItsSourceIs) {
  Channel<int> early;
  Channel<int> late;  // feeds only what comes after the fold
  Out<int> out;
  static constexpr node<"d"> d;
  Running df(flow(source_stream(early) >> inspect([&](int v) {
                    late.send(v);
                    if (v == 1) early.send(2);
                  }) >>
                      fold(zero, sum) >> d[neg],
                  source_stream(late) >> d[pos], d = difference() >> out.collect()));
  early.send(1);
  EXPECT_EQ(df.run_available(), 3u);
  // Tick 1 has 1 from the late source and the sum 2 to take away, tick 2 has 2 and 0.
  EXPECT_EQ(out.ticked(), (Ticked<int>{{1, 1}, {2, 2}}));
}

// Round and round within one tick: state of a tick remembers, state of a run does not.
template <class Lifetime>
std::vector<int> seen_round_the_cycle(Lifetime lifetime) {
  Out<int> out;
  static constexpr node<"around"> around;
  Running df(flow(
      source_iter(std::vector{0}) >> around, around = union_() >> tee(),
      around >> filter([](int v) { return v < 6; }) >> map([](int v) { return v + 1; }) >> around,
      around >> map([](int v) { return v % 3; }) >> unique(lifetime) >> out.collect()));
  EXPECT_EQ(df.run_available(), 1u);
  EXPECT_GT(df.graph.subgraphs()[0]->counters.runs, 1u);
  return out.take();
}

TEST(Ticks, ASubgraphMayRunSeveralTimesInOne) {
  EXPECT_EQ(seen_round_the_cycle(tick), (std::vector{0, 1, 2}));
  EXPECT_EQ(seen_round_the_cycle(forever), (std::vector{0, 1, 2}));
  EXPECT_EQ(seen_round_the_cycle(none), (std::vector{0, 1, 2, 0, 1, 2, 0}));
}

TEST(Ticks, AStratumReachesItsFixedPointBeforeTheNextOneBegins) {
  using Edge = std::pair<int, int>;
  Out<int> out;
  static constexpr node<"reached"> reached;
  static constexpr node<"hops"> hops;
  std::vector<Edge> edges;
  for (int v = 0; v < 20; ++v) edges.emplace_back(v, v + 1);
  Running df(flow(
      source_iter(std::vector{0}) >> reached, reached = union_() >> unique() >> tee(),
      reached >> map([](int v) {
        return std::pair{v, unit{}};
      }) >>
          hops[_0],
      source_iter(edges) >> hops[_1],
      hops = join() >> map([](int, std::pair<unit, int> hop) { return hop.second; }) >> reached,
      reached >> fold(zero, sum) >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), std::vector{210});  // one sum, of all of them
}

// ---- errors ----

TEST(Ticks, WhatAFunctionThrowsEndsItsFlowBetweenItemsAndNoOther) {
  Channel<int> in;
  Out<int> out;
  Out<int> late;
  Out<int> other_out;
  static constexpr node<"checked"> checked;
  Running df(flow(checked = source_stream(in) >> map([](int v) {
                              if (v == 3) throw std::runtime_error("three is refused");
                              return v;
                            }) >>
                            tee(),
                  checked >> out.collect(), checked >> fold(zero, sum) >> late.collect()));
  Running other(flow(source_iter(std::vector{1}) >> other_out.collect()));
  send(in, {1, 2});
  df.run_available();
  EXPECT_EQ(late.take(), std::vector{3});
  send(in, {1, 2, 3, 4});
  df.run_available();
  ASSERT_NE(df.graph.failure(), nullptr);
  EXPECT_EQ(df.graph.failure()->subgraph, "checked");
  EXPECT_EQ(df.graph.failure()->what, "three is refused");
  EXPECT_EQ(out.ticked(), (Ticked<int>{{0, 1}, {0, 2}, {1, 1}, {1, 2}}));
  EXPECT_EQ(late.take(), std::vector<int>());  // nothing of the abandoned tick
  send(in, {5});
  EXPECT_FALSE(df.graph.can_start());
  EXPECT_EQ(df.run_available(), 0u);
  EXPECT_EQ(out.take(), std::vector<int>());
  other.run_available();
  EXPECT_EQ(other_out.take(), std::vector{1});
}

// ---- counters ----

TEST(Counters, K1_initial) {
  Running df(flow(source_iter(numbers(0, 5)) >> map(same) >> for_each([](int) {})));
  ASSERT_EQ(df.graph.subgraphs().size(), 1u);
  SubgraphCounters const& counters = df.graph.subgraphs()[0]->counters;
  EXPECT_EQ(counters.runs, 0u);
  EXPECT_EQ(counters.yields, 0u);
  EXPECT_EQ(counters.busy_cycles, 0u);
  EXPECT_TRUE(df.graph.handoffs().empty());
}

TEST(Counters, K2_subgraph) {
  Running df(flow(source_iter(numbers(0, 3)) >> for_each([](int) {})));
  df.run_available();
  ASSERT_EQ(df.graph.subgraphs().size(), 1u);
  EXPECT_EQ(df.graph.subgraphs()[0]->counters.runs, 1u);
  EXPECT_GT(df.graph.subgraphs()[0]->counters.busy_cycles, 0u);
}

// Upstream has a handoff before a fold. Here items go straight into it, and the five are counted
// where there is one: at a tick's border.
TEST(Counters, K3_handoff) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 5)) >> map([](int v) { return v * 2; }) >>
                  fold(zero, sum) >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), std::vector{20});
  EXPECT_TRUE(df.graph.handoffs().empty());

  static constexpr node<"late"> late;
  Running deferred(flow(source_iter(numbers(0, 5)) >> late, late = defer_tick() >> out.collect()));
  deferred.run_available();
  ASSERT_EQ(deferred.graph.handoffs().size(), 1u);
  HandoffBase const& handoff = *deferred.graph.handoffs()[0];
  EXPECT_EQ(handoff.counters().items, 5u);
  EXPECT_EQ(handoff.counters().high_water, 5u);
  EXPECT_EQ(handoff.counters().depth, 0u);
}

TEST(Counters, K4_two_ticks) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> map([](int v) { return v + 1; }) >> out.collect()));
  ASSERT_EQ(df.graph.subgraphs().size(), 1u);
  SubgraphCounters const& counters = df.graph.subgraphs()[0]->counters;
  send(in, {1, 2});
  df.run_tick();
  EXPECT_EQ(counters.runs, 1u);
  EXPECT_EQ(df.current_tick(), 1u);
  send(in, {3, 4});
  df.run_tick();
  EXPECT_EQ(counters.runs, 2u);
  EXPECT_EQ(df.current_tick(), 2u);
  EXPECT_EQ(out.take(), (std::vector{2, 3, 4, 5}));
  EXPECT_EQ(df.graph.handoffs()[0]->counters().items, 4u);  // the channel's
}

}  // namespace
}  // namespace weir

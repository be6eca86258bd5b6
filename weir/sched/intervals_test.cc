#include "weir/sched/intervals.h"

#include <gtest/gtest.h>

#include <vector>

#include "weir/sched/ends.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"
#include "weir/sched/tee.h"

namespace weir {
namespace {

TEST(Counters, K1_before_it_has_run_everything_is_zero) {
  Graph graph;
  graph.make_subgraph("only", 0, {}, {}, [](Activation&) {});
  ASSERT_EQ(graph.subgraphs().size(), 1u);
  SubgraphCounters const& counters = graph.subgraphs()[0]->counters;
  EXPECT_EQ(counters.runs, 0u);
  EXPECT_EQ(counters.yields, 0u);
  EXPECT_EQ(counters.busy_cycles, 0u);
  EXPECT_EQ(graph.counters().ticks, 0u);
  EXPECT_EQ(graph.counters().activations, 0u);
}

TEST(Counters, K2_and_K4_count_runs_and_ticks) {
  Graph graph;
  Subgraph& only = graph.make_subgraph("only", replaying(0), from(), to(), [] {});
  graph.run_available();
  EXPECT_EQ(only.counters.runs, 1u);
  EXPECT_GT(only.counters.busy_cycles, 0u);
  graph.run_tick();
  EXPECT_EQ(only.counters.runs, 2u);
  EXPECT_EQ(graph.counters().ticks, 2u);
}

TEST(Intervals, K5_are_the_differences_and_add_up_to_the_whole) {
  Graph graph;
  Intervals intervals(graph);
  Subgraph& only = graph.make_subgraph("only", replaying(0), from(), to(), [] {});
  EXPECT_EQ(intervals.take().subgraphs[0].counters.runs, 0u);
  std::uint64_t busy = 0;
  for (int i = 0; i < 2; ++i) {
    graph.run_available();
    Interval const& interval = intervals.take();
    EXPECT_EQ(interval.graph.ticks, 1u);
    EXPECT_EQ(interval.subgraphs[0].subgraph, &only);
    EXPECT_EQ(interval.subgraphs[0].counters.runs, 1u);
    busy += interval.subgraphs[0].counters.busy_cycles;
  }
  EXPECT_EQ(intervals.take().subgraphs[0].counters.runs, 0u);
  EXPECT_GT(busy, 0u);
  EXPECT_EQ(busy, only.counters.busy_cycles);
}

TEST(Intervals, CountTheItemsOfHandoffsWhileTheGraphGrowsAndReadersLeave) {
  Graph graph;
  Input<int> input;
  auto& tee = graph.make_tee<int>();
  Handoff<int>& leaves = tee.add_reader("leaves");
  Handoff<int>& stays = tee.add_reader("stays");
  graph.make_subgraph("writer", 0, from(input), to(tee),
                      [](auto& in, auto& out) { in.drain([&](int v) { out.push(v); }); });
  graph.make_subgraph("reader", 1, from(stays), to(), [](auto& in) { in.drain([](int) {}); });
  Intervals intervals(graph);
  auto const run = [&](int items) {
    for (int v = 0; v < items; ++v) input.give(v);
    graph.run_available();
    return intervals.take();
  };
  Interval interval = run(3);
  ASSERT_EQ(interval.handoffs.size(), 3u);
  for (auto const& one : interval.handoffs) EXPECT_EQ(one.counters.items, 3u);
  EXPECT_EQ(interval.handoffs[1].handoff, &leaves);
  EXPECT_EQ(interval.handoffs[1].counters.depth, 3u);
  EXPECT_EQ(interval.handoffs[2].counters.depth, 0u);

  tee.drop(leaves);
  tee.add_reader("comes");
  interval = run(2);
  ASSERT_EQ(interval.handoffs.size(), 3u);
  EXPECT_EQ(interval.handoffs[1].handoff, &stays);
  EXPECT_EQ(interval.handoffs[1].counters.items, 2u);
  EXPECT_EQ(interval.handoffs[1].counters.high_water, 3u);  // ever
  EXPECT_EQ(interval.handoffs[2].handoff->name, "comes");
  EXPECT_EQ(interval.handoffs[2].counters.items, 2u);
  EXPECT_EQ(interval.graph.activations, 2u);
}

}  // namespace
}  // namespace weir

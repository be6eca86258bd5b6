// next_stratum and handoff: items wait within a tick, for all that come before them, or for the
// part of the flow behind them to run.
#include <stdexcept>

#include "tests/flow/flow_testing.h"
#include "weir/base/bytes.h"

namespace weir {
namespace {

static constexpr node<"u"> u;
static constexpr node<"late"> late;

TEST(NextStratum, B3_stratum_loop) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{0}) >> u, u = union_() >> tee(),
                  u >> map([](int v) { return v + 1; }) >> filter([](int v) { return v < 10; }) >>
                      next_stratum() >> defer_tick() >> u,
                  u >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), numbers(0, 10));
  EXPECT_EQ(df.current_tick(), 10u);
}

TEST(NextStratum, ComesAfterEverythingThatFeedsIt) {
  std::vector<int> order;
  auto const note = [&order](int offset) {
    return inspect([&order, offset](int v) { order.push_back(v + offset); });
  };
  Running df(flow(source_iter(numbers(0, 3)) >> note(0) >> next_stratum() >> note(10) >>
                  next_stratum() >> note(20)));
  EXPECT_EQ(df.run_available(), 1u);
  EXPECT_EQ(order, (std::vector{0, 1, 2, 10, 11, 12, 20, 21, 22}));
  EXPECT_EQ(df.graph.subgraphs().size(), 3u);
  EXPECT_EQ(df.graph.subgraphs()[2]->stratum, 2u);
}

// A cycle in front of it reaches its fixed point first.
TEST(NextStratum, SeesAFixedPoint) {
  Out<int> out;
  std::vector<int> order;
  Running df(flow(source_iter(std::vector{0}) >> u, u = union_() >> tee(),
                  u >> filter([](int v) { return v < 3; }) >> map([](int v) { return v + 1; }) >> u,
                  u >> inspect([&](int v) { order.push_back(v); }) >> next_stratum() >>
                      inspect([&](int v) { order.push_back(10 + v); })));
  df.run_available();
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 10, 11, 12, 13}));
}

TEST(NextStratum, YieldsAndGoesOnWhereItStopped) {
  In<int> in;
  Out<int> out;
  FlowScript script([&] {
    return flow(source_stream(in) >> next_stratum() >> handoff() >> next_stratum() >>
                out.collect());
  });
  script.tick({in.gets(numbers(0, 7))}, {out.gives(numbers(0, 7))});
  script.tick();
  script.tick({in.gets(8, 9)}, {out.gives(8, 9)});
  EXPECT_EQ(script.differences(), "");
}

TEST(NextStratum, WhatThrowsBehindItIsReportedByItsNode) {
  Running df(flow(source_iter(numbers(0, 3)) >> next_stratum() >> late,
                  late = for_each([](int v) {
                    if (v == 1) throw std::runtime_error("one");
                  })));
  df.run_tick();
  EXPECT_EQ(df.failed_node(), "late");
}

// They stay in their tick, so what ends with it may pass.
TEST(NextStratum, LetsViewsPass) {
  Bytes const bytes("abc");
  Out<std::size_t> out;
  Running df(flow(source_iter(std::vector{bytes.view()}) >> next_stratum() >> handoff() >>
                  map([](View view) { return std::size_t{view.size()}; }) >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<std::size_t>{3});
}

TEST(Handoff, CutsASubgraphInTwo) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 100)) >> map(same) >> late, late = handoff(),
                  late >> map([](int v) { return v + 1; }) >> out.collect()));
  EXPECT_EQ(df.run_available(), 1u);
  EXPECT_EQ(out.take(), numbers(1, 101));
  EXPECT_EQ(df.graph.subgraphs().size(), 2u);
  EXPECT_EQ(df.graph.subgraphs()[1]->stratum, 0u);
  ASSERT_EQ(df.graph.handoffs().size(), 1u);
  EXPECT_EQ(df.graph.handoffs()[0]->name, "late");
  EXPECT_EQ(df.graph.handoffs()[0]->counters().items, 100u);
}

TEST(Handoff, InACycleIsWhereItIsCut) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{0}) >> u, u = union_() >> tee(),
                  u >> map([](int v) { return v + 1; }) >> filter([](int v) { return v < 5; }) >>
                      handoff() >> u,
                  u >> out.collect()));
  EXPECT_EQ(df.run_available(), 1u);
  EXPECT_EQ(out.take(), numbers(0, 5));
}

}  // namespace
}  // namespace weir

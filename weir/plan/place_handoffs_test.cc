#include "weir/plan/place_handoffs.h"

#include "gtest/gtest.h"
#include "weir/plan/test_plan.h"

namespace weir {
namespace {

TEST(PlaceHandoffs, AChainIsCalls) {
  TestPlan const plan({"source >> map >> tee >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.count(EdgeKind::direct), plan.edges.size());
}

TEST(PlaceHandoffs, ADiamondFuses) {
  TestPlan const plan(
      {"t = source >> tee", "u = union >> for_each", "t >> map >> u", "t >> inspect >> u"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.count(EdgeKind::direct), plan.edges.size());
  EXPECT_EQ(plan.subgraph_count, 1);
}

TEST(PlaceHandoffs, ALadderOfDiamondsFuses) {
  TestPlan const plan({"a = source >> tee", "b = union >> tee", "a >> map >> b", "a >> map >> b",
                       "c = join >> tee", "b >> c[0]", "b >> map >> c[1]", "a >> for_each",
                       "c >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.count(EdgeKind::direct), plan.edges.size());
}

TEST(PlaceHandoffs, ACycleHasOneHandoffWhereItCloses) {
  TestPlan const plan({"source >> reached", "reached = union >> map >> tee",
                       "reached >> map >> reached", "reached >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.count(EdgeKind::handoff), 1u);
  EXPECT_EQ(plan.edges[4].kind, EdgeKind::handoff);  // the second map >> reached
  EXPECT_EQ(plan.edges[4].delay, Delay::none);
}

TEST(PlaceHandoffs, ANodeThatFeedsItselfHasAHandoff) {
  TestPlan const plan({"source >> u", "u = union >> tee", "u >> u"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.count(EdgeKind::handoff), 1u);
  EXPECT_EQ(plan.edge("tee", "union").kind, EdgeKind::handoff);
}

TEST(PlaceHandoffs, EachOfTwoCyclesIsCut) {
  TestPlan const plan({"source >> a", "a = union >> tee", "b = union >> tee", "a >> b",
                       "b >> map >> b", "b >> map >> a", "b >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.count(EdgeKind::handoff), 2u);
}

TEST(PlaceHandoffs, ACycleThatNothingFeedsIsCutToo) {
  TestPlan const plan({"a = union >> map >> tee", "a >> a"});
  EXPECT_EQ(plan.diagnostic.check, Check::untyped_cycle);  // found later; the shape is there
  EXPECT_EQ(plan.count(EdgeKind::handoff), 1u);
}

TEST(PlaceHandoffs, ABlockingInputNeedsNone) {
  TestPlan const plan({"source >> map >> fold >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.count(EdgeKind::handoff), 0u);
  EXPECT_EQ(plan.edge("map", "fold").kind, EdgeKind::blocking);
}

TEST(PlaceHandoffs, OnlyAnOperatorThatWouldNotRunByItselfIsMarked) {
  TestPlan const plan({"s = source >> tee", "s >> sort >> for_each", "s >> fold >> for_each",
                       "d = difference >> for_each", "s >> d[neg]", "source >> d[pos]",
                       "t = tick_difference >> for_each", "s >> t[neg]", "source >> t[pos]"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_TRUE(plan.edge("tee", "sort").marks);   // it gives what it has collected
  EXPECT_FALSE(plan.edge("tee", "fold").marks);  // it runs in every tick
  EXPECT_FALSE(plan.edge("tee", "d").marks);     // it has nothing to do for what comes there
  EXPECT_TRUE(plan.edge("tee", "t").marks);      // it has to forget it when the tick ends
}

TEST(PlaceHandoffs, AStratumBorderIsAHandoff) {
  TestPlan const plan({"s = source >> tee", "s >> fold >> for_each", "u = union >> fold >> d[neg]",
                       "s >> u", "d = difference >> for_each", "s >> map >> d[pos]"});
  ASSERT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
  EXPECT_EQ(plan.count(EdgeKind::handoff), 1u);
  EXPECT_EQ(plan.edge("map", "d").kind, EdgeKind::handoff);
  EXPECT_EQ(plan.edge("map", "d").delay, Delay::none);
}

TEST(PlaceHandoffs, WhatWaitsForTheNextTickIsAHandoff) {
  TestPlan const plan(
      {"source >> defer_tick >> for_each", "source >> defer_tick_lazy >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.edges[0].kind, EdgeKind::handoff);
  EXPECT_EQ(plan.edges[0].delay, Delay::tick);
  EXPECT_EQ(plan.edges[1].kind, EdgeKind::direct);
  EXPECT_EQ(plan.edges[2].kind, EdgeKind::handoff);
  EXPECT_EQ(plan.edges[2].delay, Delay::tick_lazy);
}

TEST(PlaceHandoffs, WhereAnOperatorStagesItsItemsWaitForTheLaterStratum) {
  TestPlan const plan({"source >> map >> next_stratum >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.edge("map", "next_stratum").kind, EdgeKind::handoff);
  EXPECT_EQ(plan.node("map").stratum, 0);
  EXPECT_EQ(plan.node("next_stratum").stratum, 1);
}

TEST(PlaceHandoffs, WhereTheUserWritesOne) {
  TestPlan const plan({"source >> map >> handoff >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.edge("map", "handoff").kind, EdgeKind::handoff);
  EXPECT_EQ(plan.node("handoff").stratum, 0);
  EXPECT_EQ(plan.subgraph_count, 2);
}

}  // namespace
}  // namespace weir

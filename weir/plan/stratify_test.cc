#include "weir/plan/stratify.h"

#include <vector>

#include "gtest/gtest.h"
#include "weir/plan/random_plan.h"
#include "weir/plan/test_plan.h"

namespace weir {
namespace {

TEST(Stratify, WithoutBlockingInputsThereIsOneStratum) {
  TestPlan const plan({"j = join >> for_each", "source >> map >> j[0]", "source >> j[1]"});
  ASSERT_TRUE(plan.diagnostic.ok());
  for (PlanNode const& node : plan.nodes) EXPECT_EQ(node.stratum, 0);
}

TEST(Stratify, WhatWaitsIsInALaterStratum) {
  TestPlan const plan({"source >> map >> fold >> sort >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.node("map").stratum, 0);
  EXPECT_EQ(plan.node("fold").stratum, 1);
  EXPECT_EQ(plan.node("sort").stratum, 2);
  EXPECT_EQ(plan.node("for_each").stratum, 2);
}

TEST(Stratify, WhatFeedsOnlyALaterStratumSinksToIt) {
  TestPlan const plan({"d = difference >> for_each", "edges = source >> tee",
                       "edges >> fold >> d[neg]", "vertices = source >> map", "vertices >> d[pos]",
                       "edges >> inspect"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.node("d").stratum, 2);
  EXPECT_EQ(plan.node("vertices").stratum, 2);
  EXPECT_EQ(plan.end_of("vertices").stratum, 2);
  EXPECT_EQ(plan.node("edges").stratum, 0);
  EXPECT_EQ(plan.count(EdgeKind::handoff), 0u);
}

TEST(Stratify, ADeferredInputSinksLikeASource) {
  TestPlan const plan({"d = difference >> tee", "source >> fold >> d[neg]",
                       "d >> defer_tick >> d[pos]", "d >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok() || plan.diagnostic.check == Check::untyped_cycle);
  EXPECT_EQ(plan.node("defer_tick").stratum, plan.node("d").stratum);
}

TEST(Stratify, ACycleThroughABlockingInputIsRefused) {
  TestPlan const plan(
      {"u = union >> fold >> tee", "source >> u", "u >> map >> u", "u >> for_each"});
  EXPECT_EQ(plan.diagnostic.check, Check::negative_cycle);
  EXPECT_EQ(plan.diagnostic.node, "fold");
  EXPECT_EQ(plan.diagnostic.other, "union");
}

TEST(Stratify, TheRefusalNamesThePort) {
  TestPlan const plan({"d = difference >> tee", "source >> d[pos]", "d >> map >> d[neg]"});
  EXPECT_EQ(plan.diagnostic.check, Check::negative_cycle);
  EXPECT_EQ(plan.diagnostic.node, "d");
  EXPECT_EQ(plan.diagnostic.other, "map");
  EXPECT_EQ(plan.diagnostic.port, "neg");
}

TEST(Stratify, AnInputThatDoesNotBlockMayBeInACycle) {
  TestPlan const plan({"d = difference >> tee", "u = union", "source >> u >> d[pos]",
                       "source >> d[neg]", "d >> map >> u"});
  EXPECT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
}

TEST(Stratify, ADeferredEdgeBreaksACycle) {
  for (char const* back : {"u >> defer_tick >> u", "u >> defer_tick_lazy >> u"}) {
    TestPlan const plan({"u = union >> fold >> tee", "source >> u", back, "u >> for_each"});
    EXPECT_TRUE(plan.diagnostic.ok()) << back;
  }
}

// Hydro issue 1115: a check of each blocking edge's own two strata misses the cycle when it is the
// edge without delay that leads back.
TEST(Stratify, ANegativeCycleIsSeenFromAnyOfItsEdges) {
  TestPlan const plan({"source >> f", "f = union", "f >> fold >> map >> inspect >> out",
                       "out = tee", "out >> f", "out >> for_each"});
  EXPECT_EQ(plan.diagnostic.check, Check::negative_cycle);
}

// When components are numbered, what feeds any of their nodes counts, not only what feeds their
// first.
TEST(Stratify, ACycleIsAsLateAsAnyOfItsInputs) {
  TestPlan const plan({"a = union >> tee", "b = union >> tee", "source >> a", "a >> map >> b",
                       "b >> map >> a", "late = source >> fold >> fold", "late >> b",
                       "a >> for_each", "b >> fold >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
  EXPECT_EQ(plan.end_of("late").stratum, 2);
  EXPECT_EQ(plan.end_of("a").stratum, 2);
  EXPECT_EQ(plan.end_of("b").stratum, 2);
  for (PlanEdge const& edge : plan.edges) {
    EXPECT_LE(plan.nodes[static_cast<std::size_t>(edge.source)].stratum,
              plan.nodes[static_cast<std::size_t>(edge.target)].stratum);
  }
}

// ---- against an obviously right one ----

// Warshall: which nodes can be reached from which, within a tick.
bool has_negative_cycle(TestPlan const& plan) {
  std::size_t const count = plan.nodes.size();
  std::vector<std::vector<bool>> reaches(count, std::vector<bool>(count, false));
  auto const delays = [&](PlanEdge const& edge) {
    return plan.nodes[static_cast<std::size_t>(edge.target)].info.delay != Delay::none;
  };
  for (std::size_t n = 0; n < count; ++n) reaches[n][n] = true;
  for (PlanEdge const& edge : plan.edges) {
    if (delays(edge)) continue;
    reaches[static_cast<std::size_t>(edge.source)][static_cast<std::size_t>(edge.target)] = true;
  }
  for (std::size_t by = 0; by < count; ++by) {
    for (std::size_t from = 0; from < count; ++from) {
      for (std::size_t to = 0; to < count; ++to) {
        if (reaches[from][by] && reaches[by][to]) reaches[from][to] = true;
      }
    }
  }
  for (PlanEdge const& edge : plan.edges) {
    auto const source = static_cast<std::size_t>(edge.source);
    auto const target = static_cast<std::size_t>(edge.target);
    bool const blocks = plan.nodes[target].info.blocks(edge.port) && !delays(edge);
    if (blocks && reaches[target][source]) return true;
  }
  return false;
}

TEST(Stratify, RandomGraphsAreRefusedExactlyForANegativeCycle) {
  int refused = 0;
  constexpr int graphs = 400;
  for (int i = 0; i < graphs; ++i) {
    std::uint64_t const seed = random_plan_seed() + static_cast<std::uint64_t>(i);
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    TestPlan const plan(random_statements(seed, 6));
    bool const negative = has_negative_cycle(plan);
    EXPECT_EQ(plan.diagnostic.check == Check::negative_cycle, negative);
    refused += negative ? 1 : 0;
  }
  EXPECT_GT(refused, graphs / 10);
  EXPECT_LT(refused, graphs * 9 / 10);
}

}  // namespace
}  // namespace weir

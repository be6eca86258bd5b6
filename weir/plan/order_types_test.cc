#include "weir/plan/order_types.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "weir/plan/random_plan.h"
#include "weir/plan/test_plan.h"

namespace weir {
namespace {

TEST(OrderTypes, ATypeIsKnownAfterThoseItIsMadeOf) {
  TestPlan const plan(
      {"j = join >> for_each", "late >> j[0]", "source >> j[1]", "late = source >> map >> map"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_GT(plan.node("j").type_order, plan.node("late").type_order);
  EXPECT_GT(plan.node("for_each").type_order, plan.node("j").type_order);
}

TEST(OrderTypes, ACycleTakesTheTypeOfItsFirstTypableInput) {
  TestPlan const plan({"u = union >> map >> tee", "u >> map >> u", "source >> u", "u >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  PlanEdge const& from_outside = plan.edge("source", "u");
  EXPECT_EQ(&plan.edges[static_cast<std::size_t>(plan.node("union").typed_by)], &from_outside);
}

TEST(OrderTypes, ACycleThatNothingFeedsIsRefused) {
  TestPlan const plan({"source >> for_each", "u = union >> map >> tee", "u >> u"});
  EXPECT_EQ(plan.diagnostic.check, Check::untyped_cycle);
  EXPECT_EQ(plan.diagnostic.node, "union");
  EXPECT_EQ(plan.diagnostic.element, 2);
}

TEST(OrderTypes, AUnionOfNothingIsRefused) {
  EXPECT_EQ(TestPlan({"union >> for_each"}).diagnostic.check, Check::untyped_cycle);
}

TEST(OrderTypes, AJoinInACycleNeedsAUnion) {
  // Both inputs of the join have to be known, and one of them is the join itself.
  TestPlan const plan({"j = join >> tee", "j >> map >> j[0]", "source >> j[1]"});
  EXPECT_EQ(plan.diagnostic.check, Check::untyped_cycle);
}

// What it gives is what comes on [pos]; what comes back to [neg] is of no account.
TEST(OrderTypes, AnAntiJoinIsTypedByItsFirstInput) {
  TestPlan const plan({"rest = anti_join >> tee", "rest >> map >> defer_tick >> rest[neg]",
                       "source >> rest[pos]", "rest >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  PlanEdge const& from_outside = plan.edge("source", "anti_join");
  EXPECT_EQ(&plan.edges[static_cast<std::size_t>(plan.node("anti_join").typed_by)], &from_outside);
  EXPECT_LT(plan.node("anti_join").type_order, plan.node("defer_tick").type_order);
}

TEST(OrderTypes, AnAntiJoinWhoseFirstInputIsItselfIsRefused) {
  TestPlan const plan({"rest = anti_join >> tee", "rest >> defer_tick >> rest[pos]",
                       "source >> rest[neg]", "rest >> for_each"});
  EXPECT_EQ(plan.diagnostic.check, Check::untyped_cycle);
}

TEST(OrderTypes, ADeferredEdgeCarriesATypeToo) {
  TestPlan const plan({"u = union >> tee", "source >> u", "u >> defer_tick >> u", "u >> for_each"});
  EXPECT_TRUE(plan.diagnostic.ok());
}

// A null<T> knows what it gives whether or not something flows into it, round a cycle too.
TEST(OrderTypes, ASourceMayHaveAnInput) {
  EXPECT_TRUE(TestPlan({"null >> for_each"}).diagnostic.ok());
  EXPECT_TRUE(TestPlan({"source >> null"}).diagnostic.ok());
  TestPlan const around({"u = union >> tee", "u >> null >> u", "u >> for_each"});
  ASSERT_TRUE(around.diagnostic.ok());
  EXPECT_GT(around.node("u").type_order, around.node("null").type_order);
}

TEST(OrderTypes, RandomPlansAreTypedInOrder) {
  int typed = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    std::uint64_t const seed = random_plan_seed() + i;
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    TestPlan const plan(random_statements(seed, 8));
    if (!plan.diagnostic.ok()) continue;
    ++typed;
    std::vector<bool> seen(plan.nodes.size(), false);
    for (PlanNode const& node : plan.nodes) {
      auto const order = static_cast<std::size_t>(node.type_order);
      ASSERT_LT(order, seen.size());
      EXPECT_FALSE(seen[order]);
      seen[order] = true;
      if (node.info.source) continue;
      PlanEdge const& by = plan.edges.at(static_cast<std::size_t>(node.typed_by));
      EXPECT_EQ(&plan.nodes[static_cast<std::size_t>(by.target)], &node);
      EXPECT_LT(plan.nodes[static_cast<std::size_t>(by.source)].type_order, node.type_order);
    }
    for (PlanEdge const& edge : plan.edges) {
      PlanNode const& target = plan.nodes[static_cast<std::size_t>(edge.target)];
      PlanNode const& source = plan.nodes[static_cast<std::size_t>(edge.source)];
      bool const may_come_later =
          target.info.typed_by_any_input || (target.info.typed_by_first_input && edge.port > 0);
      if (may_come_later) continue;
      EXPECT_LT(source.type_order, target.type_order);
    }
  }
  EXPECT_GT(typed, 20);
}

}  // namespace
}  // namespace weir

#include "weir/plan/resolve_names.h"

#include <string>

#include "gtest/gtest.h"
#include "weir/plan/test_plan.h"

namespace weir {
namespace {

TEST(ResolveNames, AChainIsNodesAndEdges) {
  TestPlan const plan({"source >> map >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  ASSERT_EQ(plan.nodes.size(), 3u);
  ASSERT_EQ(plan.edges.size(), 2u);
  EXPECT_EQ(plan.nodes[1].info.name, "map");
  EXPECT_EQ(plan.nodes[1].name, "");
  EXPECT_EQ(plan.edges[1].source, 1);
  EXPECT_EQ(plan.edges[1].target, 2);
  EXPECT_EQ(plan.edges[1].element, 2);
}

TEST(ResolveNames, ANameMayBeUsedBeforeItIsDefinedAndInItself) {
  TestPlan const plan({"source >> reached", "reached >> map >> reached", "reached = union >> tee"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_NO_THROW(plan.edge("source", "union"));
  EXPECT_NO_THROW(plan.edge("tee", "map"));
  EXPECT_NO_THROW(plan.edge("map", "union"));
}

TEST(ResolveNames, ANameHasTwoEnds) {
  TestPlan const plan({"both = union >> map >> tee", "source >> both >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_NO_THROW(plan.edge("source", "union"));
  EXPECT_NO_THROW(plan.edge("tee", "for_each"));
  EXPECT_EQ(plan.nodes[0].entry_name, "both");
  EXPECT_EQ(plan.nodes[0].name, "");
  EXPECT_EQ(plan.nodes[0].input_title(), "both");
  EXPECT_EQ(plan.nodes[0].title(), "union");
  EXPECT_EQ(plan.nodes[1].entry_name, "");
  EXPECT_EQ(plan.nodes[2].name, "both");
  EXPECT_EQ(plan.nodes[2].title(), "both");
}

TEST(ResolveNames, ANameMayStandForAnotherOne) {
  TestPlan const plan({"a = b", "b = c", "c = union >> tee", "source >> a >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_NO_THROW(plan.edge("source", "union"));
  EXPECT_NO_THROW(plan.edge("tee", "for_each"));
  EXPECT_EQ(plan.node("tee").name, "c");
}

TEST(ResolveNames, AChainMayBeginAndEndWithNames) {
  TestPlan const plan({"wide = narrow >> map >> rest", "narrow = union", "rest = tee >> for_each",
                       "source >> wide"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_NO_THROW(plan.edge("source", "union"));
  EXPECT_NO_THROW(plan.edge("union", "map"));
  EXPECT_NO_THROW(plan.edge("map", "tee"));
}

TEST(ResolveNames, ANameMayStandForAPort) {
  TestPlan const plan({"both = join >> for_each", "left = both[0]", "right = again",
                       "again = both[1]", "source >> left", "source >> map >> right"});
  ASSERT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
  EXPECT_EQ(plan.edge("source", "join").target_port, "0");
  EXPECT_EQ(plan.edge("map", "join").target_port, "1");
}

TEST(ResolveNames, APortInTheMiddleOfAChainIsTheWayIn) {
  TestPlan const plan({"both = join >> tee", "left = both[0]", "source >> left >> for_each",
                       "source >> map >> both[1] >> inspect"});
  ASSERT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
  EXPECT_EQ(plan.edge("tee", "inspect").source_port, "");
}

TEST(ResolveNames, APortOfAPortIsRefused) {
  TestPlan const direct(
      {"both = join >> for_each", "left = both[0]", "source >> left[1]", "source >> both[1]"});
  EXPECT_EQ(direct.diagnostic.check, Check::second_port);
  EXPECT_EQ(direct.diagnostic.node, "left");
  EXPECT_EQ(direct.diagnostic.port, "1");

  TestPlan const alias({"both = join >> for_each", "left = both[0]", "other = left[1]",
                        "source >> other", "source >> both[1]"});
  EXPECT_EQ(alias.diagnostic.check, Check::second_port);
  EXPECT_EQ(alias.diagnostic.node, "left");
}

TEST(ResolveNames, AnUnknownNameIsRefusedWhereverItStands) {
  for (char const* line : {"source >> nobody", "nobody >> for_each", "a = nobody",
                           "source >> nobody >> for_each", "a = source >> nobody"}) {
    TestPlan const plan({line});
    EXPECT_EQ(plan.diagnostic.check, Check::unknown_name) << line;
    EXPECT_EQ(plan.diagnostic.node, "nobody") << line;
  }
}

TEST(ResolveNames, ANameDefinedTwiceIsRefused) {
  TestPlan const plan({"a = source >> for_each", "b = source", "a = source >> for_each"});
  EXPECT_EQ(plan.diagnostic.check, Check::duplicate_name);
  EXPECT_EQ(plan.diagnostic.node, "a");
  EXPECT_EQ(plan.diagnostic.element, 3);  // the second definition
}

TEST(ResolveNames, ANameThatStandsOnlyForItselfIsRefused) {
  EXPECT_EQ(TestPlan({"a = a"}).diagnostic.check, Check::circular_name);
  EXPECT_EQ(TestPlan({"a = b", "b = a"}).diagnostic.check, Check::circular_name);
  EXPECT_EQ(TestPlan({"a = b", "b = c", "c = b", "source >> a"}).diagnostic.check,
            Check::circular_name);
  // Its way in leads into itself; its way out is an operator.
  EXPECT_EQ(TestPlan({"a = a >> tee", "source >> a"}).diagnostic.check, Check::circular_name);
}

TEST(ResolveNames, ALongChainOfNamesIsFollowedOnce) {
  TestStatements statements;
  constexpr int names = 3000;
  for (int i = 0; i < names; ++i) {
    statements.add("n" + std::to_string(i) + " = n" + std::to_string(i + 1));
    statements.add("source >> n" + std::to_string(i));
  }
  statements.add("n" + std::to_string(names) + " = union >> for_each");
  TestPlan const plan(std::move(statements));
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.node("union").input_count, names);
}

}  // namespace
}  // namespace weir

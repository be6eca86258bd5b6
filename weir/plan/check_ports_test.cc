#include "weir/plan/check_ports.h"

#include <string>

#include "gtest/gtest.h"
#include "weir/plan/test_plan.h"

namespace weir {
namespace {

// What is found, as "node", or "node[port]".
std::string place(Diagnostic const& diagnostic) {
  std::string text(diagnostic.node);
  if (!diagnostic.port.empty()) text += "[" + std::string(diagnostic.port) + "]";
  return text;
}

TEST(CheckPorts, NamedInputsHaveTheirNumbers) {
  TestPlan const plan(
      {"d = difference >> for_each", "source >> d[neg]", "source >> map >> d[pos]"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.edge("source", "d").port, 1);
  EXPECT_EQ(plan.edge("map", "d").port, 0);
}

TEST(CheckPorts, InputsWithoutNamesAreNumberedAsTheyCome) {
  TestPlan const plan({"u = union >> for_each", "source >> map >> u", "source >> inspect >> u"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.edge("map", "u").port, 0);
  EXPECT_EQ(plan.edge("inspect", "u").port, 1);
  EXPECT_EQ(plan.node("u").input_count, 2);
  EXPECT_EQ(plan.node("u").output_count, 1);
}

TEST(CheckPorts, AUnionTakesAnyNumberOfInputs) {
  TestStatements statements;
  statements.add("u = union >> for_each");
  for (int i = 0; i < 300; ++i) statements.add("source >> u");
  TestPlan const plan(std::move(statements));
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.edges.back().port, 299);
  EXPECT_EQ(plan.edges.back().kind, EdgeKind::direct);
}

TEST(CheckPorts, AMissingInputIsRefused) {
  EXPECT_EQ(TestPlan({"m = map >> for_each"}).diagnostic.check, Check::missing_input);
  TestPlan const plan({"j = join >> for_each", "source >> j[0]"});
  EXPECT_EQ(plan.diagnostic.check, Check::missing_input);
  EXPECT_EQ(place(plan.diagnostic), "j[1]");
  EXPECT_EQ(place(TestPlan({"j = join >> for_each", "source >> j[1]"}).diagnostic), "j[0]");
  EXPECT_EQ(place(TestPlan({"j = join >> for_each"}).diagnostic), "j[0]");
}

TEST(CheckPorts, AnInputTooManyIsRefused) {
  TestPlan const plan({"m = map >> for_each", "source >> m", "source >> m"});
  EXPECT_EQ(plan.diagnostic.check, Check::extra_input);
  EXPECT_EQ(place(plan.diagnostic), "m");
  EXPECT_EQ(plan.diagnostic.element, 5);
}

TEST(CheckPorts, ASourceTakesNoInput) {
  TestPlan const plan({"source >> source >> for_each"});
  EXPECT_EQ(plan.diagnostic.check, Check::no_input);
  EXPECT_EQ(plan.diagnostic.element, 1);
}

TEST(CheckPorts, AMissingOutputIsRefused) {
  TestPlan const plan({"source >> map"});
  EXPECT_EQ(plan.diagnostic.check, Check::missing_output);
  EXPECT_EQ(place(plan.diagnostic), "map");
  EXPECT_TRUE(TestPlan({"source >> inspect"}).diagnostic.ok());
  EXPECT_TRUE(TestPlan({"source >> tee"}).diagnostic.ok());
}

TEST(CheckPorts, AnOutputUsedTwiceIsRefused) {
  TestPlan const plan({"s = source", "s >> for_each", "s >> for_each"});
  EXPECT_EQ(plan.diagnostic.check, Check::extra_output);
  EXPECT_EQ(place(plan.diagnostic), "s");
  EXPECT_EQ(plan.diagnostic.element, 3);
  EXPECT_TRUE(TestPlan({"s = source >> tee", "s >> for_each", "s >> for_each"}).diagnostic.ok());
}

TEST(CheckPorts, NothingFollowsASink) {
  TestPlan const plan({"source >> for_each >> map >> for_each"});
  EXPECT_EQ(plan.diagnostic.check, Check::no_output);
  EXPECT_EQ(place(plan.diagnostic), "for_each");
}

TEST(CheckPorts, AnUnknownPortIsRefusedWithThoseThereAre) {
  TestPlan const plan({"d = difference >> for_each", "source >> d[0]"});
  EXPECT_EQ(plan.diagnostic.check, Check::unknown_port);
  EXPECT_EQ(place(plan.diagnostic), "d[0]");
  EXPECT_EQ(plan.diagnostic.ports[0], "pos");
  EXPECT_EQ(plan.diagnostic.ports[1], "neg");

  TestPlan const without({"m = map >> for_each", "source >> m[0]"});
  EXPECT_EQ(without.diagnostic.check, Check::unknown_port);
  EXPECT_EQ(without.diagnostic.ports[0], "");
}

TEST(CheckPorts, APortOnTheLeftIsRefused) {
  TestPlan const plan({"m = map", "source >> m", "m[0] >> for_each"});
  EXPECT_EQ(plan.diagnostic.check, Check::output_port);
  EXPECT_EQ(place(plan.diagnostic), "m[0]");
  EXPECT_EQ(plan.diagnostic.element, 3);
}

TEST(CheckPorts, APortIsNeededWhereInputsDiffer) {
  TestPlan const plan({"j = join >> for_each", "source >> j", "source >> j"});
  EXPECT_EQ(plan.diagnostic.check, Check::port_needed);
  EXPECT_EQ(place(plan.diagnostic), "j");
}

TEST(CheckPorts, APortIsConnectedOnce) {
  TestPlan const plan({"j = join >> for_each", "source >> j[0]", "source >> j[0]"});
  EXPECT_EQ(plan.diagnostic.check, Check::duplicate_port);
  EXPECT_EQ(place(plan.diagnostic), "j[0]");
}

TEST(CheckPorts, OutEdgesAreIndexed) {
  TestPlan const plan({"t = tee", "source >> map >> t", "t >> for_each", "t >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  auto const node = static_cast<std::size_t>(plan.find("t"));
  EXPECT_EQ(plan.out_begin[node + 1] - plan.out_begin[node], 2);
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    for (Index slot = plan.out_begin[n]; slot < plan.out_begin[n + 1]; ++slot) {
      auto const edge = static_cast<std::size_t>(plan.out_edges[static_cast<std::size_t>(slot)]);
      EXPECT_EQ(plan.edges[edge].source, static_cast<Index>(n));
    }
  }
}

}  // namespace
}  // namespace weir

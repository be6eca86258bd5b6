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

// ---- outputs with names ----

TEST(CheckPorts, ListedOutputsHaveTheirNumbersInWhateverOrderTheyAreWritten) {
  TestPlan const plan({"u = unzip", "source >> u", "u[1] >> map >> for_each", "u[0] >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
  EXPECT_EQ(plan.edge("u", "map").output, 1);
  Index const first = plan.out_edges[static_cast<std::size_t>(plan.out_begin[0])];
  EXPECT_EQ(plan.edges[static_cast<std::size_t>(first)].source_port, "0");
}

TEST(CheckPorts, NumberedOutputsAreSortedByTheirNumbers) {
  TestPlan const plan(
      {"p = partition", "source >> p", "p[2] >> for_each", "p[0] >> for_each", "p[1] >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
  std::string ports;
  for (Index slot = plan.out_begin[0]; slot < plan.out_begin[1]; ++slot) {
    auto const e = static_cast<std::size_t>(plan.out_edges[static_cast<std::size_t>(slot)]);
    ports += plan.edges[e].source_port;
  }
  EXPECT_EQ(ports, "012");
}

TEST(CheckPorts, AnOutputThatIsNotConnectedIsRefused) {
  TestPlan const listed({"u = unzip", "source >> u", "u[1] >> for_each"});
  EXPECT_EQ(listed.diagnostic.check, Check::missing_output);
  EXPECT_EQ(place(listed.diagnostic), "u[0]");
  TestPlan const gap({"p = partition", "source >> p", "p[0] >> for_each", "p[2] >> for_each"});
  EXPECT_EQ(gap.diagnostic.check, Check::missing_output);
  EXPECT_EQ(place(gap.diagnostic), "p[1]");
  TestPlan const too_few({"p = partition", "source >> p", "p[0] >> for_each"});
  EXPECT_EQ(place(too_few.diagnostic), "p[1]");
  EXPECT_EQ(explain(too_few.diagnostic),
            "The output of `p[1]` goes nowhere; add `p[1] >> ...`, at the end for example for_each "
            "or null.");
}

TEST(CheckPorts, AnOutputWithTwoEdgesIsRefused) {
  for (std::string_view const name : {"unzip", "partition", "demux"}) {
    std::string const statement = "u = " + std::string(name);
    TestPlan const plan({statement, "source >> u", "u[1] >> for_each", "u[0] >> for_each",
                         "u[1] >> map >> for_each"});
    EXPECT_EQ(plan.diagnostic.check, Check::duplicate_output) << name;
    EXPECT_EQ(place(plan.diagnostic), "u[1]") << name;
    EXPECT_EQ(plan.diagnostic.element, 7) << name;
  }
}

TEST(CheckPorts, AnOutputOfNoSuchNameIsRefused) {
  TestPlan const listed({"u = unzip", "source >> u", "u[0] >> for_each", "u[left] >> for_each"});
  EXPECT_EQ(listed.diagnostic.check, Check::unknown_output);
  EXPECT_EQ(explain(listed.diagnostic), "There is no output `u[left]`; use one of `0`, `1`.");
  TestPlan const numbered({"p = partition", "source >> p", "p[a] >> for_each"});
  EXPECT_EQ(explain(numbered.diagnostic),
            "There is no output `p[a]`; number the outputs from 0 on.");
}

TEST(CheckPorts, AnOutputWithoutItsNameIsRefused) {
  TestPlan const plan({"u = unzip", "source >> u", "u >> for_each"});
  EXPECT_EQ(plan.diagnostic.check, Check::output_port_needed);
  EXPECT_EQ(explain(plan.diagnostic),
            "`u` has several outputs; say which one on the left of `>>`: `0`, `1`.");
}

TEST(CheckPorts, OutputsThatTheItemNamesAreNumberedAsTheyCome) {
  TestPlan const plan({"d = demux", "source >> d", "d[b] >> map >> for_each", "d[a] >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
  EXPECT_EQ(plan.edge("d", "map").output, 0);
}

// ---- inputs that are missing or too many ----

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

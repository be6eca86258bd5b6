// The example of the Core API as a person runs it: what docs/core-api.md says it prints.

#include <gtest/gtest.h>

#include <string>

#include "tests/run_program.h"

namespace example {
namespace {

using Outcome = weir::ProgramOutcome;

Outcome run(std::string const& arguments) { return weir::run_program(WEIR_CORE_API, arguments); }

TEST(CoreApi, tells_what_happens_tick_by_tick_and_draws_its_graph) {
  Outcome const outcome = run("");
  EXPECT_EQ(outcome.status, 0);
  std::size_t const picture = outcome.text.find("\nflowchart TD\n");
  ASSERT_NE(picture, std::string::npos) << outcome.text;
  EXPECT_EQ(outcome.text.substr(0, picture), R"(tick 0: sum 7
        1 comes to 1 in 0 steps
        6 comes to 1 in 8 steps
        27 is the largest so far
tick 1: sum 30
        3 comes to 1 in 7 steps
        27 comes to 1 in 111 steps
tick 2: sum 9
        9 comes to 1 in 19 steps
tick 3: sum 97
        97 comes to 1 in 118 steps
)");
  EXPECT_NE(outcome.text.find("subgraph loop0[\"loop walk\"]\n"), std::string::npos)
      << outcome.text;
}

TEST(CoreApi, draws_its_graph_for_graphviz) {
  Outcome const outcome = run("--dot");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.text.rfind("digraph flow {\n", 0), 0u) << outcome.text;
  EXPECT_NE(outcome.text.find("label=\"loop walk\""), std::string::npos) << outcome.text;
}

TEST(CoreApi, knows_no_other_option) { EXPECT_EQ(run("--svg").status, 2); }

}  // namespace
}  // namespace example

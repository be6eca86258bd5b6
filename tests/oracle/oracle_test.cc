// The fused engine against the oracle: every flow of the pool, with thousands of random inputs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>

#include "tests/oracle/evaluate.h"
#include "tests/oracle/fused.h"
#include "tests/oracle/generate.h"
#include "tests/oracle/operators.h"
#include "tests/oracle/play.h"
#include "tests/oracle/print.h"

namespace weir::oracle {
namespace {

constexpr std::uint64_t flow_count = 100;
constexpr std::uint64_t ticks_each = WEIR_ORACLE_TICKS;

TEST(Pool, AgreesWithTheOracleTickByTick) {
  ASSERT_EQ(fused_flows().size(), flow_count);
  Played all;
  for (FusedFlow const& flow : fused_flows()) {
    Played const played = play(flow, ticks_each);
    EXPECT_EQ(played.difference, "");
    all.scripts += played.scripts;
    all.ticks += played.ticks;
    all.yields += played.yields;
    all.items += played.items;
  }
  EXPECT_GE(all.ticks, flow_count * ticks_each);
  EXPECT_GT(all.yields, 10 * all.ticks);
  EXPECT_GT(all.items, 10 * all.ticks);
  RecordProperty("scripts", std::to_string(all.scripts));
  RecordProperty("ticks", std::to_string(all.ticks));
  RecordProperty("yields", std::to_string(all.yields));
  RecordProperty("items", std::to_string(all.items));
}

std::string without_spaces(std::string const& text) {
  std::string kept;
  for (char const c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) kept += c;
  }
  return kept;
}

TEST(Pool, IsWhatTheGeneratorWrites) {
  for (std::uint64_t first = 0; first < flow_count; first += WEIR_ORACLE_PER_FILE) {
    std::string const path = WEIR_ORACLE_POOL "/flows_" + std::to_string(first) + ".cc";
    std::ostringstream written;
    written << std::ifstream(path).rdbuf();
    std::vector<Shape> shapes;
    for (std::uint64_t s = 0; s < WEIR_ORACLE_PER_FILE; ++s) {
      shapes.push_back(random_shape(first + s));
    }
    ASSERT_EQ(without_spaces(written.str()), without_spaces(source_of(shapes)))
        << "the target write_pool writes it anew";
  }
}

TEST(Pool, HasEveryOperatorSeveralTimes) {
  std::map<std::string_view, int> counts;
  for (Row const& row : rows()) counts[row.name] = 0;
  for (FusedFlow const& flow : fused_flows()) {
    for (Node const& node : parse_shape(flow.seed, flow.shape).nodes) ++counts[row_of(node).name];
  }
  for (auto const& [name, count] : counts) EXPECT_GE(count, 2) << name;
}

TEST(Shapes, AreTheirText) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::string const text = text_of(random_shape(seed));
    ASSERT_EQ(text_of(parse_shape(seed, text)), text);
  }
}

// ---- the oracle by itself ----

std::vector<Items> run(Oracle& oracle, Items const& numbers, Items const& pairs = {}) {
  return oracle.run_tick({numbers, {}, pairs});
}

// From 0 along the edges, which come as pairs: again and again until nothing new is reached.
constexpr char reachability[] = R"(
source - 0 tick tick 1 list
map with_key 6 tick tick 2 bag 3.0
source - 2 tick tick 2 list
unique - 0 tick tick 1 bag 6.0
join - 0 forever forever 3 bag 1.0 2.0
map last 0 tick tick 1 bag 4.0
union - 0 tick tick 1 bag 0.0 5.0
collect - 0 tick tick 1 bag 3.0
)";

TEST(Oracle, RunsACycleToItsFixedPoint) {
  Shape const shape = parse_shape(0, reachability);
  Oracle oracle(shape);
  // with_key(v, 6) is (v % 1, v + 6): all keys are 0, so every edge (0, v) is taken.
  EXPECT_EQ(run(oracle, {}, {Item(0, 4)})[0], Items());
  Items reached = run(oracle, {Item(3)}, {Item(0, 5), Item(1, 9)})[0];
  std::sort(reached.begin(), reached.end());
  EXPECT_EQ(reached, (Items{Item(3), Item(4), Item(5)}));
  EXPECT_EQ(oracle.tick(), 2u);
}

TEST(Oracle, KnowsWhatIsDeferredAndWhetherThatStartsATick) {
  Shape const shape = parse_shape(0, R"(
source - 0 tick tick 1 list
defer_tick - 0 tick tick 1 list 0.0
defer_tick_lazy - 0 tick tick 1 list 1.0
collect - 0 tick tick 1 list 2.0
)");
  Oracle oracle(shape);
  EXPECT_EQ(run(oracle, {Item(1), Item(1)})[0], Items());
  EXPECT_TRUE(oracle.starts_tick());
  EXPECT_EQ(run(oracle, {})[0], Items());
  EXPECT_FALSE(oracle.starts_tick());
  EXPECT_EQ(run(oracle, {})[0], (Items{Item(1), Item(1)}));
}

// ---- a difference is noticed, and said ----

std::string without_script_number(std::string const& text) {
  return std::regex_replace(text, std::regex("script \\d+"), "script #");
}

TEST(Play, SaysWhatIsDifferentAndWithWhatInput) {
  FusedFlow const flow{7,
                       R"(
source - 0 tick tick 1 list
filter below 3 tick tick 1 list 0.0
collect - 0 tick tick 1 list 1.0
)",
                       [](Ends& ends, Graph& graph) {
                         weir::flow(source_stream(ends.numbers[0]) >> filter(Filter{below, 4}) >>
                                    for_each(Collect{&ends.outputs[0]}))
                             .install(graph);
                       }};
  EXPECT_EQ(without_script_number(play(flow, 100).difference),
            "flow of seed 7, script #: tick 0, output 0: expected the sequence {}, got {6}\n"
            "  source_stream(ends.numbers[0]) >> filter(Filter{below, 3}) >> "
            "for_each(Collect{&ends.outputs[0]})\n"
            "  tick 0 gets {6} {} {}\n");
}

// The script has as many ticks as it takes, and yields where it must.
TEST(Play, ShortensAScriptToWhatMatters) {
  FusedFlow const forgets{7,
                          R"(
source - 0 tick tick 1 list
unique - 0 forever tick 1 list 0.0
collect - 0 tick tick 1 list 1.0
)",
                          [](Ends& ends, Graph& graph) {
                            weir::flow(source_stream(ends.numbers[0]) >> unique() >>
                                       for_each(Collect{&ends.outputs[0]}))
                                .install(graph);
                          }};
  std::string const difference = play(forgets, 100).difference;
  std::smatch numbers;
  ASSERT_TRUE(std::regex_search(difference, numbers,
                                std::regex("\n  tick 0 gets \\{(\\d+)\\} \\{\\} \\{\\}\n"
                                           "  tick 1 gets \\{(\\d+)\\} \\{\\} \\{\\}\n$")))
      << difference;
  EXPECT_EQ(numbers[1], numbers[2]) << difference;

  FusedFlow const counts_turns{
      7,
      R"(
source - 0 tick tick 1 list
collect - 0 tick tick 1 list 0.0
)",
      [](Ends& ends, Graph& graph) {
        auto const given = [&ends, &graph](int v) {
          int const turns = static_cast<int>(graph.counters().yields);
          ends.outputs[0].push_back(Item(v + turns));
        };
        weir::flow(source_stream(ends.numbers[0]) >> for_each(given)).install(graph);
      }};
  std::string const of_turns = play(counts_turns, 100).difference;
  EXPECT_TRUE(std::regex_search(of_turns, std::regex("\n  tick 0 \\(a budget of 1\\) gets "
                                                     "\\{\\d+, \\d+\\} \\{\\} \\{\\}\n$")))
      << of_turns;
}

}  // namespace
}  // namespace weir::oracle

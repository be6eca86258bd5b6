#include "weir/plan/make_plan.h"

#include <array>
#include <chrono>
#include <string>

#include "gtest/gtest.h"
#include "weir/plan/test_plan.h"

namespace weir {
namespace {

// ---- in constant expressions ----

constexpr std::array<Element, 11> elements{
    test_operator("union"),  // reached =
    test_operator("source"), test_reference("reached"), test_reference("reached"),
    test_operator("map"),    test_reference("fork"),
    test_operator("tee"),                                // fork =
    test_reference("fork"),  test_reference("reached"),  // a cycle
    test_reference("fork"),  test_operator("for_each")};
constexpr std::array<Statement, 6> statements{
    {{"reached", 0, 1}, {"", 1, 2}, {"", 3, 3}, {"fork", 6, 1}, {"", 7, 2}, {"", 9, 2}}};
constexpr auto cycle = make_plan<5, 5>({elements, statements});
static_assert(cycle.diagnostic.ok());
static_assert(cycle.subgraph_count == 1);
static_assert(cycle.entry_count == 2);
static_assert(cycle.nodes[0].title() == "reached" && cycle.nodes[0].input_count == 2);
static_assert(cycle.edges[0].kind == EdgeKind::direct);
static_assert(cycle.edges[3].kind == EdgeKind::handoff && cycle.edges[3].target == 0);
static_assert(cycle.view().subgraphs.size() == 1 && cycle.view().entries.size() == 2);

// A mistake is a value too.
constexpr auto broken = make_plan<3, 3>(
    {Slice<Element const>(elements).first(6), Slice<Statement const>(statements).first(3)});
static_assert(broken.diagnostic.check == Check::unknown_name);
static_assert(broken.diagnostic.node == "fork");

// A ladder of diamonds, as large as no flow is: compilers count the steps of a constant expression,
// and clang stops at a million, so every stage has to be linear.
struct Ladder {
  static constexpr std::size_t rungs = 100;
  static constexpr std::size_t nodes = 4 * rungs + 3;
  static constexpr std::size_t edges = 5 * rungs + 2;

  char names[rungs + 1][2]{};
  std::array<Element, 8 * rungs + 4> elements{};
  std::array<Statement, 3 * rungs + 2> statements{};
  Index element_count = 0;
  Index statement_count = 0;

  constexpr Ladder() {
    for (std::size_t i = 0; i <= rungs; ++i) {
      names[i][0] = static_cast<char>('A' + i / 26);
      names[i][1] = static_cast<char>('a' + i % 26);
    }
    add("", {test_operator("source"), test_reference(name(0))});
    for (std::size_t i = 0; i < rungs; ++i) {
      add(name(i), {test_operator("union"), test_operator("tee")});
      for (int side = 0; side < 2; ++side) {
        add("", {test_reference(name(i)), test_operator("map"), test_reference(name(i + 1))});
      }
    }
    add(name(rungs), {test_operator("union"), test_operator("for_each")});
  }

  constexpr std::string_view name(std::size_t i) const { return {names[i], 2}; }
  constexpr void add(std::string_view name, std::initializer_list<Element> chain) {
    statements[static_cast<std::size_t>(statement_count++)] = {name, element_count,
                                                               static_cast<Index>(chain.size())};
    for (Element const& element : chain) {
      elements[static_cast<std::size_t>(element_count++)] = element;
    }
  }
};
constexpr Ladder ladder;
constexpr auto climbed =
    make_plan<Ladder::nodes, Ladder::edges>({ladder.elements, ladder.statements});
static_assert(climbed.diagnostic.ok());
static_assert(climbed.subgraph_count == 1);

// ---- at run time ----

TEST(MakePlan, IsTheSameInAConstantExpressionAndNot) {
  TestPlan const plan({"reached = union", "source >> reached", "reached >> map >> fork",
                       "fork = tee", "fork >> reached", "fork >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.subgraph_count, cycle.subgraph_count);
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    EXPECT_EQ(plan.nodes[n].title(), cycle.nodes[n].title());
    EXPECT_EQ(plan.nodes[n].type_order, cycle.nodes[n].type_order);
  }
  for (std::size_t e = 0; e < plan.edges.size(); ++e) {
    EXPECT_EQ(plan.edges[e].kind, cycle.edges[e].kind);
  }
}

TEST(MakePlan, AnEmptyFlowIsAPlan) {
  TestPlan const plan(TestStatements{});
  EXPECT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.subgraph_count, 0);
}

TEST(MakePlan, ThousandsOfNodesArePlannedQuickly) {
  TestStatements many;
  constexpr int rungs = 500;  // 3,003 nodes: ladders, folds, cycles
  auto const name = [](int i) { return "rung" + std::to_string(i); };
  for (int i = 0; i < rungs; ++i) {
    many.add(name(i) + " = union >> map >> tee");
    many.add(name(i) + " >> " + name(i + 1));
    many.add(name(i) + " >> map >> " + name(i + 1));
    many.add(name(i) + " >> fold >> " + name(i + 1));
    many.add(name(i) + " >> defer_tick >> " + name(i));
  }
  many.add(name(rungs) + " = union >> for_each");
  many.add("source >> " + name(0));
  auto const begin = std::chrono::steady_clock::now();
  TestPlan const plan(std::move(many));
  auto const took = std::chrono::steady_clock::now() - begin;
  ASSERT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
  EXPECT_EQ(plan.node(name(rungs)).stratum, rungs);
  EXPECT_LT(took, std::chrono::milliseconds(500));  // takes a few; anything quadratic takes seconds
}

}  // namespace
}  // namespace weir

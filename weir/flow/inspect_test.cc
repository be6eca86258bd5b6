// The plan of a graph that exists, with flows, hand-written subgraphs and loops in it.

#include "weir/flow/inspect.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/plan/describe.h"
#include "weir/sched/ends.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"
#include "weir/sched/intervals.h"
#include "weir/sched/tee.h"

namespace weir {
namespace {

constexpr auto pass = [](auto& in, auto& out) {
  in.drain([&](auto&& item) { out.push(std::move(item)); });
};

// input ─▶ read ─▶ tee ─▶ body ⟲ loop ─▶ leaves the graph
//                    └──▶ late (next tick)
struct ByHand {
  Graph graph;
  Input<int> numbers{"numbers"};
  TeeingHandoff<int>& tee = graph.make_tee<int>("tee");
  Loop& loop = graph.make_loop("rounds", 1, 2);
  Loop& inner = graph.make_loop("inner", 1, 1, {.parent = &loop});
  Handoff<int>& again = graph.make_handoff<int>("again", Delay::iteration);
  Handoff<int>& out = graph.make_handoff<int>("out");

  ByHand() {
    graph.make_subgraph("read", 0, from(numbers), to(tee), pass);
    graph.make_subgraph("body", replaying(inner.at(0)), from(tee.add_reader("to the body"), again),
                        to(again, out), [](auto&, auto&, auto&, auto&) {});
    graph.make_subgraph("late", 0, from(tee.add_reader("deferred", Delay::tick)), to(),
                        [](auto&) {});
  }
};

TEST(PlanOf, AGraphWrittenByHandIsAPictureToo) {
  ByHand by_hand;
  GraphPlan const plan = plan_of(by_hand.graph);
  EXPECT_EQ(to_mermaid(plan.view()), R"(flowchart TD
classDef pull fill:#8af,stroke:#246,color:#000
classDef push fill:#ff8,stroke:#662,color:#000
classDef handoff fill:#fff,stroke:#666,color:#000
subgraph sg0["subgraph 0, stratum 0"]
  n0("read"):::push
end
subgraph sg2["subgraph 2, stratum 0"]
  n2("late"):::push
end
subgraph loop0["loop rounds"]
subgraph loop1["loop inner"]
subgraph sg1["subgraph 1, stratum 1, every iteration"]
  n1("body"):::push
end
end
end
n3(["numbers"]):::pull
n4("out"):::push
h0[/"handoff"/]:::handoff
h1[/"handoff"/]:::handoff
h2[/"handoff, next iteration"/]:::handoff
h3[/"handoff"/]:::handoff
h4[/"handoff, next tick"/]:::handoff
n3 --> h0
h0 --> n0
n0 --> h1
h1 -->|"to the body"| n1
n1 --> h2
h2 -.->|"again"| n1
n1 --> h3
h3 --> n4
n0 --> h4
h4 -.->|"deferred"| n2
)");
}

std::size_t count(std::string const& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(PlanOf, SaysTheSameInEveryLanguage) {
  ByHand by_hand;
  GraphPlan const plan = plan_of(by_hand.graph);
  std::string const dot = to_dot(plan.view());
  EXPECT_EQ(count(dot, "subgraph cluster_loop_0 {\n  label=\"loop rounds\""), 1u) << dot;
  EXPECT_EQ(count(dot, "h2 -> n1 [label=\" again\"] [style=dashed]\n"), 1u) << dot;
  EXPECT_EQ(count(dot, "{"), count(dot, "}"));
  std::string const json = to_json(plan.view());
  EXPECT_EQ(count(json, "{\"source\": 1, \"target\": 1, "), 1u) << json;
  EXPECT_EQ(count(json,
                  "\"target_port\": \"again\", \"input\": 0, \"kind\": \"handoff\", "
                  "\"delay\": \"iteration\"}"),
            1u)
      << json;
  EXPECT_EQ(count(json, "    {\"stratum\": 1, \"replays\": true, \"loop\": 1},\n"), 1u) << json;
  EXPECT_EQ(count(json, R"(  "loops": [
    {"name": "rounds", "parent": null},
    {"name": "inner", "parent": 0}
  ]
}
)"),
            1u)
      << json;
}

TEST(PlanOf, OutlivesItsGraph) {
  GraphPlan plan;
  {
    ByHand by_hand;
    plan = plan_of(by_hand.graph);
  }
  GraphPlan const moved = std::move(plan);
  EXPECT_EQ(moved.view().nodes[1].title(), "body");
  EXPECT_EQ(moved.view().subgraphs[2].name, "late");
  EXPECT_EQ(moved.view().loops[1].name, "inner");
}

// A flow shows its operators; what it reads and writes outside ends at the operators that do.
TEST(PlanOf, AFlowAmongOthersShowsItsOperators) {
  Graph graph;
  Input<int> others{"others"};
  Input<int> numbers{"numbers"};
  auto& sums = graph.make_handoff<int>("sums");
  graph.make_subgraph("before", 0, from(others), to(), [](auto&) {});
  flow(source_iter(std::vector{1}) >> map([](int v) { return v; }) >> node<"all">{},
       node<"all">{} = union_(), source_stream(numbers) >> node<"all">{},
       node<"all">{} >> fold(
                            tick, [] { return 0; }, [](int& sum, int v) { sum += v; }) >>
           dest(sums))
      .install(graph);
  graph.make_subgraph("after", 4, from(sums), to(), [](auto&) {});

  GraphPlan const plan = plan_of(graph);
  ASSERT_EQ(plan.subgraphs.size(), graph.subgraphs().size());
  auto const title_of = [&](Index n) {
    return n == no_index ? "nothing" : plan.nodes[static_cast<std::size_t>(n)].title();
  };
  std::vector<std::pair<std::string_view, std::string_view>> handoffs;
  for (PlanEdge const& edge : plan.edges) {
    if (edge.kind != EdgeKind::handoff) continue;
    handoffs.emplace_back(title_of(edge.source), title_of(edge.target));
  }
  EXPECT_EQ(handoffs, (std::vector<std::pair<std::string_view, std::string_view>>{
                          {"others", "before"}, {"numbers", "source_stream"}, {"dest", "after"}}));
  EXPECT_EQ(plan.edges.size(), handoffs.size() + 5);
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    PlanNode const& one = plan.nodes[n];
    if (one.subgraph == no_index) continue;
    Subgraph const& subgraph = *graph.subgraphs()[static_cast<std::size_t>(one.subgraph)];
    EXPECT_EQ(one.stratum, subgraph.stratum) << one.title();
  }
  EXPECT_EQ(title_of(0), "source_iter");
  EXPECT_EQ(plan.nodes[0].subgraph, 1);
}

// Also where what it reads or writes was there before it.
TEST(PlanOf, EachEndOfAFlowIsTheOneThatWritesOrReadsThere) {
  static constexpr node<"all"> all;
  static constexpr node<"odd"> odd;
  static constexpr node<"even"> even;
  Graph graph;
  auto& numbers = graph.make_handoff<int>("numbers");
  auto& evens = graph.make_handoff<int>("evens");
  auto& odds = graph.make_handoff<int>("odds");
  graph.make_subgraph("before", 0, from(), to(numbers), [](auto&) {});
  graph.make_subgraph("of odds", 1, from(odds), to(), [](auto&) {});
  graph.make_subgraph("of evens", 1, from(evens), to(), [](auto&) {});
  flow(all = source(numbers) >> tee(), all >> filter([](int v) { return v % 2 == 0; }) >> even,
       even = dest(evens), all >> filter([](int v) { return v % 2 != 0; }) >> odd, odd = dest(odds))
      .install(graph);

  GraphPlan const plan = plan_of(graph);
  std::vector<std::pair<std::string_view, std::string_view>> handoffs;
  for (PlanEdge const& edge : plan.edges) {
    if (edge.kind != EdgeKind::handoff) continue;
    handoffs.emplace_back(plan.nodes[static_cast<std::size_t>(edge.source)].title(),
                          plan.nodes[static_cast<std::size_t>(edge.target)].title());
  }
  EXPECT_EQ(handoffs, (std::vector<std::pair<std::string_view, std::string_view>>{
                          {"before", "source"}, {"odd", "of odds"}, {"even", "of evens"}}));
}

// "all -> of odds: 3 of 4": what each handoff of a plan says of its ends, ? where it says nothing.
std::vector<std::string> counts_of(GraphPlan const& plan) {
  std::vector<std::string> all;
  auto const title = [&](Index n) {
    return std::string(plan.nodes[static_cast<std::size_t>(n)].title());
  };
  for (std::size_t e = 0; e < plan.edges.size(); ++e) {
    if (plan.edges[e].kind != EdgeKind::handoff) continue;
    EdgeHandoff const& on = plan.handoffs[e];
    HandoffCounters const counters =
        on.handoff == nullptr ? HandoffCounters{} : on.handoff->counters();
    std::uint64_t const read = counters.items - counters.depth;
    all.push_back(title(plan.edges[e].source) + " -> " + title(plan.edges[e].target) + ": " +
                  (on.counts_source ? std::to_string(counters.items) : "?") + ", " +
                  (on.counts_target ? std::to_string(read) : "?"));
  }
  return all;
}

TEST(PlanOf, TheHandoffsOfAFlowStandOnItsEdges) {
  Graph graph;
  Input<int> numbers{"numbers"};
  auto& sums = graph.make_handoff<int>("sums");
  flow(source_stream(numbers) >> filter([](int v) { return v > 1; }) >> handoff() >>
       map([](int v) { return v; }) >> sort() >> filter([](int v) { return v > 2; }) >> handoff() >>
       dest(sums))
      .install(graph);
  for (int i = 0; i < 5; ++i) numbers.give(i);
  graph.run_available();
  EXPECT_EQ(counts_of(plan_of(graph)),
            (std::vector<std::string>{"filter -> handoff: 3, 3", "filter -> handoff: 2, 2",
                                      "numbers -> source_stream: 5, 5", "dest -> sums: 2, 0"}));
}

TEST(PlanOf, WhatSeveralHaveWrittenIsNotCountedForAnyOfThem) {
  Graph graph;
  auto& shared = graph.make_handoff<int>("shared");
  auto& twice = graph.make_handoff<int>("twice");
  static constexpr node<"all"> all;
  graph.make_subgraph("one", 0, from(), to(shared), [](auto& out) { out.push(1); });
  graph.make_subgraph("two", 0, from(), to(shared), [](auto& out) { out.push(2); });
  graph.make_subgraph("reads", 1, from(shared), to(), [](auto& in) { in.drain([](int) {}); });
  flow(all = source_iter(std::vector{1, 2}) >> tee(), all >> dest(twice), all >> dest(twice))
      .install(graph);
  graph.run_available();
  EXPECT_EQ(counts_of(plan_of(graph)),
            (std::vector<std::string>{"one -> reads: ?, 2", "two -> reads: ?, 2",
                                      "dest -> twice: ?, 0"}));
}

// It has been given only what came since.
TEST(PlanOf, WhatAReaderOfATeeWasGivenIsNotAllThatItsWriterGave) {
  Graph graph;
  auto& tee = graph.make_tee<int>("tee");
  Input<int> numbers{"numbers"};
  flow(source_stream(numbers) >> dest(tee)).install(graph);
  numbers.give(1);
  graph.run_available();
  tee.add_reader("late");
  numbers.give(2);
  graph.run_available();
  EXPECT_EQ(counts_of(plan_of(graph)),
            (std::vector<std::string>{"numbers -> source_stream: 2, 2", "dest -> late: ?, 0"}));
}

TEST(PlanOf, AMarkCountsNoItems) {
  Graph graph;
  Mark mark;
  mark.name = "mark";
  Subgraph& reader = graph.make_subgraph("reads", 0, from(), to(), [&] { mark.take(); });
  graph.connect(nullptr, mark, &reader);
  GraphPlan const plan = plan_of(graph);
  ASSERT_EQ(plan.edges.size(), 1u);
  EXPECT_EQ(plan.handoffs[0].handoff, nullptr);
  EXPECT_EQ(counts_of(plan), std::vector<std::string>{"mark -> reads: ?, ?"});
}

TEST(PlanOf, AnEmptyGraphHasAPlan) {
  Graph graph;
  auto& nobodys = graph.make_handoff<int>("nobody's");
  graph.connect(nullptr, nobodys, nullptr);
  GraphPlan const plan = plan_of(graph);
  EXPECT_TRUE(plan.nodes.empty());
  EXPECT_TRUE(plan.edges.empty());
}

// What fold waits for goes straight into its state, so there is no handoff before it; there is one
// where the flow says so.
TEST(Counters, K3_of_the_handoffs_of_a_flow) {
  std::vector<int> out;
  Graph graph;
  flow(source_iter(std::vector{0, 1, 2, 3, 4}) >> next_stratum() >>
       map([](int v) { return 2 * v; }) >>
       fold(
           tick, [] { return 0; }, [](int& sum, int v) { sum += v; }) >>
       for_each([&](int v) { out.push_back(v); }))
      .install(graph);
  Intervals intervals(graph);
  graph.run_available();
  EXPECT_EQ(out, std::vector{20});
  Interval const& interval = intervals.take();
  EXPECT_EQ(interval.subgraphs.size(), 3u);
  for (auto const& one : interval.subgraphs) EXPECT_EQ(one.counters.runs, 1u);
  ASSERT_EQ(interval.handoffs.size(), 1u);
  EXPECT_EQ(interval.handoffs[0].counters.items, 5u);
  EXPECT_EQ(interval.handoffs[0].counters.depth, 0u);
}

}  // namespace
}  // namespace weir

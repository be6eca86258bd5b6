// Subgraphs of the Core API that are written with pulls and pushes instead of a flow.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/flow/flow_testing.h"
#include "weir/pipes/pull.h"
#include "weir/pipes/push.h"
#include "weir/pipes/zip.h"

namespace weir {
namespace {

Status status_of(bool finished) { return finished ? Status::done : Status::yielded; }

Context context_of(Activation const& activation) {
  return {.current_tick = activation.tick, .time = &activation.graph.tick_time()};
}

// One whole tick, however often it yields.
void run_tick(Graph& graph) {
  while (graph.run_tick() == Status::yielded) {  // each turn uses up a budget
  }
}

TEST(ByHandSubgraph, WordsAreCountedLikeInAFlow) {
  auto const split = [](std::string const& line) {
    std::vector<std::string> words(1);
    for (char const letter : line) {
      if (letter == ' ') words.emplace_back();
      else words.back() += letter;
    }
    return words;
  };
  auto const length = [](std::string const& word) { return static_cast<int>(word.size()); };

  Channel<std::string> to_flow;
  Out<int> expected;
  Running flow(weir::flow(source_stream(to_flow) >> flat_map(split) >> unique() >> map(length) >>
                          expected.collect()));

  for (std::int64_t items : {1, 2, 1000}) {
    Graph graph;
    graph.set_budget({.items = items});
    Input<std::string> lines;
    auto& words = graph.make_handoff<std::string>("words");
    std::vector<int> lengths;
    Subgraph& splits =
        graph.make_subgraph("split", 0, {}, {&words},
                            [from = pull::from(lines) >> flat_map(split) >> unique(),
                             to = push::into(words)](Activation& activation) mutable {
                              if (activation.first_in_tick) from.end_tick();
                              return status_of(pivot(from, to, activation.budget));
                            });
    lines.attach(graph, splits);
    graph.make_subgraph("count", 0, {&words}, {},
                        [from = pull::from(words),
                         to = map(length) >> push::into(lengths)](Activation& activation) mutable {
                          return status_of(pivot(from, to, activation.budget));
                        });
    for (char const* const line : {"to be or not to be", "be or be", ""}) {
      to_flow.send(std::string(line));
      flow.run_tick();
      lines.give(std::string(line));
      run_tick(graph);
      EXPECT_EQ(std::exchange(lengths, {}), expected.take());
    }
  }
}

TEST(ByHandSubgraph, AZipOfTwoHandoffsWaitsForItsSlowerSide) {
  Graph graph;
  Input<int> left;
  Input<std::string> right;
  std::vector<std::pair<int, std::string>> pairs;
  Subgraph& zips = graph.make_subgraph("zip", 0, {}, {},
                                       [from = pull::zip(pull::from(left), pull::from(right)),
                                        to = push::into(pairs)](Activation& activation) mutable {
                                         return status_of(pivot(from, to, activation.budget));
                                       });
  left.attach(graph, zips);
  right.attach(graph, zips);
  for (int i = 0; i < 200; ++i) left.give(i);
  right.give(std::string("a"));
  run_tick(graph);
  ASSERT_EQ(pairs.size(), 1u);
  for (int i = 0; i < 200; ++i) right.give(std::to_string(i));
  run_tick(graph);
  ASSERT_EQ(pairs.size(), 200u);
  EXPECT_EQ(pairs.back(), std::pair(199, std::string("198")));
}

// A cycle, a shared push, an operator that keeps a state and one that needs the tick: the
// reachable numbers of a graph.
TEST(ByHandSubgraph, ACycleRunsToItsFixedPointInTheTick) {
  Graph graph;
  graph.set_budget({.items = 1});
  Input<int> starts;
  auto& open = graph.make_handoff<int>("open");
  std::vector<std::pair<std::uint64_t, int>> reached;
  auto const next = [](int v) { return std::vector{v * 2 % 7, v * 3 % 7}; };
  auto const note = [&reached](Context const& now, int v) {
    reached.emplace_back(now.current_tick, v);
  };
  Subgraph& reach = graph.make_subgraph(
      "reach", 0, {&open}, {&open},
      [from = pull::chain(pull::from(starts), pull::from(open)) >> unique(),
       to = push::outputs(flat_map(next) >> push::into(open), push::for_each(note))](
          Activation& activation) mutable {
        if (activation.first_in_tick) from.end_tick();
        return status_of(pivot(from, to, activation.budget, context_of(activation)));
      });
  starts.attach(graph, reach);
  run_tick(graph);
  starts.give(1);
  run_tick(graph);
  EXPECT_EQ(reached, (std::vector<std::pair<std::uint64_t, int>>{
                         {1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 6}, {1, 5}}));
  reached.clear();
  starts.give(0);
  run_tick(graph);
  EXPECT_EQ(reached, (std::vector<std::pair<std::uint64_t, int>>{{2, 0}}));
}

TEST(ByHandSubgraph, AChainOfOperatorsServesAFlowAndAPullAlike) {
  auto const steps = [] {
    return map([](int v) { return v + 1; }) >> filter([](int v) { return v != 3; });
  };
  Out<int> out;
  Running running(flow(source_iter(std::vector{1, 2, 3}) >> steps() >> out.collect()));
  running.run_tick();
  std::vector<int> by_hand;
  pivot(pull::from(std::vector{1, 2, 3}) >> steps(), steps() >> push::into(by_hand));
  EXPECT_EQ(out.take(), (std::vector{2, 4}));
  EXPECT_EQ(by_hand, std::vector{5});
}

TEST(ByHandSubgraph, APullIsAnInputOfAFlow) {
  std::vector const v{1, 2, 3};
  auto pairs = pull::zip(pull::from(v), pull::from(std::vector<std::string>{"a", "b"}));
  Out<std::pair<int, std::string>> out;
  Running running(flow(source(pairs) >> out.collect()), {.items = 1});
  running.run_tick();
  EXPECT_EQ(out.take(), (std::vector<std::pair<int, std::string>>{{1, "a"}, {2, "b"}}));
}

TEST(ByHandSubgraph, WhatAFunctionThrowsEndsTheGraphByName) {
  Graph graph;
  std::vector<int> seen;
  graph.make_subgraph(
      "careful", 0, {}, {},
      [from = pull::from(std::vector{1, 2, 3}), to = push::for_each([&](int v) {
                                                  if (v == 2) throw std::runtime_error("no twos");
                                                  seen.push_back(v);
                                                })](Activation& activation) mutable {
        return status_of(pivot(from, to, activation.budget));
      });
  graph.run_tick();
  ASSERT_NE(graph.failure(), nullptr);
  EXPECT_EQ(graph.failure()->subgraph, "careful");
  EXPECT_EQ(graph.failure()->what, "no twos");
  EXPECT_EQ(seen, std::vector{1});
}

}  // namespace
}  // namespace weir

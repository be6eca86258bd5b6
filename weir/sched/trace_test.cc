#include "weir/sched/trace.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "weir/sched/ends.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"

namespace weir {
namespace {

// numbers ─▶ double ─▶ print
struct Traced {
  std::uint64_t sleeps = 0;
  Trace trace;
  Input<int> numbers;
  Graph graph;

  explicit Traced(std::uint32_t activations_max = 16) : trace(activations_max, sleeps) {
    auto& doubles = graph.make_handoff<int>("doubles");
    graph.make_subgraph("double", 0, from(numbers), to(doubles),
                        [](auto& in, auto& out) { in.drain([&](int v) { out.push(2 * v); }); });
    graph.make_subgraph("print", 1, from(doubles), to(), [](auto& in) { in.drain([](int) {}); });
  }

  // "double.0 print.0": who ran, in which tick; a ! behind what yielded.
  std::string seen() const {
    std::string text;
    for (std::uint32_t i = 0; i < trace.size(); ++i) {
      TracedActivation const& one = trace[i];
      text += (text.empty() ? "" : " ") + std::string(one.subgraph->name) + "." +
              std::to_string(one.tick) + (one.yielded ? "!" : "");
    }
    return text;
  }
};

TEST(Trace, NotesWhoRanInWhichTick) {
  Traced test;
  test.graph.run_available();  // what has never run does
  test.graph.set_trace(&test.trace);
  test.numbers.give(1);
  test.graph.run_available();
  test.numbers.give(2);
  test.graph.run_available();
  EXPECT_EQ(test.seen(), "double.1 print.1 double.2 print.2");
}

TEST(Trace, NotesNothingOfAGraphThatIsNotTracedAnyMore) {
  Traced test;
  test.graph.set_trace(&test.trace);
  test.graph.run_available();
  test.graph.set_trace(nullptr);
  test.numbers.give(1);
  test.graph.run_available();
  EXPECT_EQ(test.trace.noted(), 2u);
}

TEST(Trace, AnEmptyTickIsNoActivation) {
  Traced test;
  test.graph.run_available();
  test.graph.set_trace(&test.trace);
  test.graph.run_tick();
  EXPECT_EQ(test.trace.size(), 0u);
}

TEST(Trace, OneActivationBeginsWhereTheOneBeforeItInTheTickHasEnded) {
  Traced test;
  test.graph.set_trace(&test.trace);
  for (int i = 0; i < 5; ++i) {
    test.numbers.give(i);
    test.graph.run_tick();
  }
  ASSERT_EQ(test.trace.size(), 10u);
  for (std::uint32_t i = 0; i < 10; ++i) {
    TracedActivation const& one = test.trace[i];
    EXPECT_EQ(one.graph, &test.graph);
    EXPECT_LE(one.begin, one.end);
    if (i % 2 == 1) {
      EXPECT_EQ(one.begin, test.trace[i - 1].end);
    }
  }
}

TEST(Trace, AddsUpToTheBusyTime) {
  Traced test;
  test.graph.set_trace(&test.trace);
  for (int i = 0; i < 5; ++i) {
    test.numbers.give(i);
    test.graph.run_tick();
  }
  std::uint64_t busy = 0;
  for (std::uint32_t i = 0; i < test.trace.size(); ++i)
    busy += test.trace[i].end - test.trace[i].begin;
  std::uint64_t counted = 0;
  for (Subgraph const* one : test.graph.subgraphs()) counted += one->counters.busy_cycles;
  EXPECT_EQ(busy, counted);
}

TEST(Trace, SaysWhatYieldedAndThatItWentOn) {
  Traced test;
  test.graph.run_available();
  test.graph.set_trace(&test.trace);
  test.graph.set_budget({.items = 2});
  for (int i = 0; i < 3; ++i) test.numbers.give(i);
  while (test.graph.can_start()) test.graph.run_tick();
  EXPECT_EQ(test.seen(), "double.1! double.1 print.1! print.1");
}

TEST(Trace, ChangesNothingOfWhenATickYields) {
  auto const run = [](bool traced) {
    Traced test(64);
    if (traced) test.graph.set_trace(&test.trace);
    test.graph.set_budget({.items = 3});
    for (int i = 0; i < 10; ++i) test.numbers.give(i);
    std::vector<Status> statuses;
    while (test.graph.can_start()) statuses.push_back(test.graph.run_tick());
    return statuses;
  };
  EXPECT_EQ(run(true), run(false));
}

TEST(Trace, KeepsTheLastOnesAndForgetsTheOldest) {
  Traced test(3);
  test.graph.set_trace(&test.trace);
  for (int i = 0; i < 3; ++i) {
    test.numbers.give(i);
    test.graph.run_tick();
  }
  EXPECT_EQ(test.seen(), "print.1 double.2 print.2");
  EXPECT_EQ(test.trace.size(), 3u);
  EXPECT_EQ(test.trace.noted(), 6u);
}

TEST(Trace, NotesHowOftenItsThreadHasSleptUntilThen) {
  Traced test;
  test.graph.set_trace(&test.trace);
  test.graph.run_tick();
  test.sleeps = 2;
  test.numbers.give(1);
  test.graph.run_tick();
  EXPECT_EQ(test.trace[1].sleeps, 0u);
  EXPECT_EQ(test.trace[2].sleeps, 2u);
}

TEST(Trace, WhatThrewHasNotEnded) {
  Traced test;
  test.graph.make_subgraph("throws", 2, from(), to(), [] { throw std::runtime_error("no"); });
  test.graph.set_trace(&test.trace);
  test.graph.run_tick();
  EXPECT_EQ(test.seen(), "double.0 print.0");
  EXPECT_NE(test.graph.failure(), nullptr);
}

}  // namespace
}  // namespace weir

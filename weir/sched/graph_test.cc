#include "weir/sched/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "weir/sched/input.h"

namespace weir {
namespace {

constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

using Log = std::vector<std::string>;

// Gives all it may to `push` and says whether there was more.
template <class T, class Push>
Status pull(Handoff<T>& from, Activation& activation, Push push) {
  return from.drain(push, activation.budget) ? Status::done : Status::yielded;
}

TEST(Graph, J1MapFilter) {
  Graph graph;
  auto& source = graph.make_handoff<int>("source");
  auto& mapped = graph.make_handoff<int>("mapped");
  auto& filtered = graph.make_handoff<int>("filtered");
  std::vector<int> out;
  graph.make_subgraph("map", 0, {&source}, {&mapped}, [&](Activation& activation) {
    return pull(source, activation, [&](int v) { mapped.push(3 * v + 1); });
  });
  graph.make_subgraph("filter", 0, {&mapped}, {&filtered}, [&](Activation& activation) {
    return pull(mapped, activation, [&](int v) {
      if (v % 2 == 0) filtered.push(v);
    });
  });
  graph.make_subgraph("sink", 0, {&filtered}, {}, [&](Activation& activation) {
    return pull(filtered, activation, [&](int v) { out.push_back(v); });
  });
  for (int const v : {1, 2, 3, 4}) source.push(v);
  EXPECT_EQ(graph.run_available(), 1u);
  EXPECT_EQ(out, (std::vector{4, 10}));
}

TEST(Graph, J4ManyInputsAndOutputs) {
  Graph graph;
  auto& in = graph.make_handoff<int>("in");
  std::vector<Handoff<int>*> middle;
  for (int i = 0; i < 4; ++i) middle.push_back(&graph.make_handoff<int>("middle"));
  std::vector<int> out;
  graph.make_subgraph(
      "split", 0, {&in}, {middle[0], middle[1], middle[2], middle[3]}, [&](Activation& activation) {
        return pull(in, activation,
                    [&](int v) { middle[static_cast<std::size_t>(v) % 4]->push(v); });
      });
  graph.make_subgraph("gather", 0, {middle[0], middle[1], middle[2], middle[3]}, {},
                      [&](Activation& activation) {
                        Status status = Status::done;
                        for (Handoff<int>* one : middle) {
                          auto const push = [&](int v) { out.push_back(v); };
                          if (pull(*one, activation, push) == Status::yielded) {
                            status = Status::yielded;
                          }
                        }
                        return status;
                      });
  in.push(5);
  graph.run_available();
  EXPECT_EQ(out, std::vector{5});
}

TEST(Graph, EveryTickCountsAndRunAvailableRunsAtLeastOne) {
  Graph graph;
  EXPECT_FALSE(graph.can_start());  // of nothing
  EXPECT_EQ(graph.run_tick(), Status::done);
  EXPECT_EQ(graph.tick(), 1u);
  int runs = 0;
  graph.make_subgraph("once", 0, {}, {}, [&](Activation&) { ++runs; });
  EXPECT_TRUE(graph.can_start());  // it has never run
  EXPECT_EQ(graph.run_available(), 1u);
  EXPECT_FALSE(graph.can_start());
  EXPECT_EQ(graph.run_available(), 1u);
  EXPECT_EQ(graph.tick(), 3u);
  EXPECT_EQ(graph.counters().ticks, 3u);
  EXPECT_EQ(runs, 1);
}

TEST(Graph, StrataRunInOrderWhateverTheOrderOfMaking) {
  Graph graph;
  Log log;
  for (int const stratum : {255, 70, 3, 64, 0, 128, 63, 199}) {
    graph.make_subgraph(std::to_string(stratum), static_cast<Stratum>(stratum), {}, {},
                        [&log, stratum](Activation&) { log.push_back(std::to_string(stratum)); });
  }
  graph.run_tick();
  EXPECT_EQ(log, (Log{"0", "3", "63", "64", "70", "128", "199", "255"}));
}

TEST(Graph, StrataRunInOrderInEveryTickWhateverTheOrderInWhichTheyBecomeReady) {
  Graph graph;
  Log log;
  std::vector<Subgraph*> subgraphs;
  for (int const stratum : {0, 63, 64, 255}) {
    subgraphs.push_back(&graph.make_subgraph(
        std::to_string(stratum), static_cast<Stratum>(stratum), {}, {},
        [&log, stratum](Activation&) { log.push_back(std::to_string(stratum)); }));
  }
  graph.run_tick();
  for (std::vector<std::size_t> const& order :
       std::vector<std::vector<std::size_t>>{{3, 1, 0, 2}, {2, 3}, {1, 0}, {3, 2, 1, 0}}) {
    log.clear();
    for (std::size_t const which : order) graph.schedule(*subgraphs[which]);
    EXPECT_EQ(graph.run_tick(), Status::done);
    std::vector<std::size_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    Log expected;
    for (std::size_t const which : sorted) expected.emplace_back(subgraphs[which]->name);
    EXPECT_EQ(log, expected);
  }
}

TEST(Graph, AStratumReachesItsFixedPointBeforeTheNextOneRuns) {
  Graph graph;
  auto& around = graph.make_handoff<int>("around");
  auto& out = graph.make_handoff<int>("out");
  Log log;
  graph.make_subgraph("late", 1, {&out}, {}, [&](Activation& activation) {
    return pull(out, activation, [&](int v) { log.push_back("late " + std::to_string(v)); });
  });
  graph.make_subgraph("cycle", 0, {&around}, {&around, &out}, [&](Activation& activation) {
    log.push_back("cycle");
    return pull(around, activation, [&](int v) {
      out.push(v);
      if (v < 3) around.push(v + 1);
    });
  });
  around.push(0);
  EXPECT_EQ(graph.run_available(), 1u);
  EXPECT_EQ(log, (Log{"cycle", "cycle", "cycle", "cycle", "late 0", "late 1", "late 2", "late 3"}));
}

TEST(Graph, TheReadyRunInTheOrderTheyBecameReadyAndNoneTwice) {
  Graph graph;
  auto& to_b = graph.make_handoff<int>("to b");
  auto& to_c = graph.make_handoff<int>("to c");
  auto& to_a = graph.make_handoff<int>("to a");
  Log log;
  auto const drained = [](auto& handoff, Activation& activation, auto&& push) {
    return pull(handoff, activation, push);
  };
  graph.make_subgraph("a", 0, {&to_a}, {&to_c, &to_b}, [&](Activation& activation) {
    log.push_back("a");
    return drained(to_a, activation, [&](int v) {
      to_c.push(v);  // c becomes ready twice over: as reader of two writers
      to_b.push(v);
    });
  });
  graph.make_subgraph("b", 0, {&to_b}, {&to_c}, [&](Activation& activation) {
    log.push_back("b");
    return drained(to_b, activation, [&](int v) { to_c.push(v); });
  });
  graph.make_subgraph("c", 0, {&to_c}, {}, [&](Activation& activation) {
    log.push_back("c");
    return drained(to_c, activation, [](int) {});
  });
  graph.run_tick();
  EXPECT_EQ(log, (Log{"a", "b", "c"}));
  log.clear();
  to_a.push(1);
  Subgraph& a = *graph.subgraphs()[0];
  graph.schedule(a);
  graph.schedule(a);
  graph.run_tick();
  // a makes c ready before b: its outputs were given in that order.
  EXPECT_EQ(log, (Log{"a", "c", "b", "c"}));
}

TEST(Graph, AYieldedSubgraphIsFirstInItsStratumAgain) {
  Graph graph;
  graph.set_budget({.items = 2});
  auto& numbers = graph.make_handoff<int>("numbers");
  auto& self = graph.make_handoff<int>("self");
  Log log;
  graph.make_subgraph("yields", 1, {&numbers, &self}, {&self}, [&](Activation& activation) {
    log.push_back(activation.first_in_tick ? "first" : "again");
    // What it writes to itself must not put it behind the others.
    if (activation.first_in_tick) self.push(0);
    Status const status = pull(numbers, activation, [&](int) {});
    if (status == Status::yielded) return status;
    return pull(self, activation, [&](int) {});
  });
  graph.make_subgraph("other", 1, {}, {}, [&](Activation&) { log.push_back("other"); });
  for (int i = 0; i < 5; ++i) numbers.push(i);
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_TRUE(graph.mid_tick());
  EXPECT_TRUE(graph.can_start());
  EXPECT_EQ(log, Log{"first"});
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(log, (Log{"first", "again"}));
  while (graph.run_tick() == Status::yielded) {}
  EXPECT_EQ(log, (Log{"first", "again", "again", "other"}));
  EXPECT_FALSE(graph.mid_tick());
  EXPECT_EQ(graph.tick(), 1u);
  EXPECT_EQ(graph.subgraphs()[0]->counters.yields, 2u);
  EXPECT_GE(graph.counters().yields, 2u);
}

TEST(Graph, ABudgetIsOneForAllTheSubgraphsOfATick) {
  Graph graph;
  graph.set_budget({.items = 10});
  std::vector<Handoff<int>*> handoffs;
  std::vector<int> pulled(4, 0);
  for (std::size_t i = 0; i < 4; ++i) {
    handoffs.push_back(&graph.make_handoff<int>("in"));
    for (int n = 0; n < 6; ++n) handoffs[i]->push(n);
    graph.make_subgraph("s", static_cast<Stratum>(i), {handoffs[i]}, {},
                        [&pulled, i, handoff = handoffs[i]](Activation& activation) {
                          return pull(*handoff, activation, [&](int) { ++pulled[i]; });
                        });
  }
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(pulled, (std::vector{6, 4, 0, 0}));
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(pulled, (std::vector{6, 6, 6, 2}));
  EXPECT_EQ(graph.run_tick(), Status::done);
  EXPECT_EQ(pulled, (std::vector{6, 6, 6, 6}));
  EXPECT_EQ(graph.tick(), 1u);
}

TEST(Graph, ATickWhoseWorkFitsTheBudgetExactlyDoesNotYield) {
  Graph graph;
  graph.set_budget({.items = 3});
  Input<int> input;
  std::vector<int> out;
  input.attach(graph, graph.make_subgraph("sink", 0, {}, {}, [&](Activation& activation) {
    return input.drain([&](int v) { out.push_back(v); }, activation.budget) ? Status::done
                                                                            : Status::yielded;
  }));
  for (int v : {1, 2, 3}) input.give(v);
  EXPECT_EQ(graph.run_tick(), Status::done);
  EXPECT_EQ(out, (std::vector{1, 2, 3}));
  EXPECT_EQ(graph.counters().yields, 0u);
}

TEST(Graph, NoTimeLeftEndsTheActivationNotTheWork) {
  Graph graph;
  graph.set_budget({.time = 0});
  auto& numbers = graph.make_handoff<int>("numbers");
  int pulled = 0;
  graph.make_subgraph("slow", 0, {&numbers}, {}, [&](Activation& activation) {
    return pull(numbers, activation, [&](int) { ++pulled; });
  });
  for (int i = 0; i < 10'000; ++i) numbers.push(i);
  int calls = 1;
  for (; graph.run_tick() == Status::yielded; ++calls) ASSERT_LT(calls, 100);
  EXPECT_EQ(pulled, 10'000);
  EXPECT_GT(calls, 5);  // it looked at the clock often enough
  EXPECT_EQ(graph.tick(), 1u);
}

TEST(Graph, TimeForAHundredYearsIsEnough) {
  Graph graph;
  auto& numbers = graph.make_handoff<int>("numbers");
  int pulled = 0;
  graph.make_subgraph("quick", 0, {&numbers}, {}, [&](Activation& activation) {
    return pull(numbers, activation, [&](int) { ++pulled; });
  });
  for (Duration const time : {never - 1, never / 2, never / 8}) {
    graph.set_budget({.time = time});
    for (int i = 0; i < 5'000; ++i) numbers.push(i);
    graph.schedule(*graph.subgraphs()[0]);
    EXPECT_EQ(graph.run_tick(), Status::done);
  }
  EXPECT_EQ(pulled, 15'000);
}

TEST(Graph, WhoYieldsWithoutPullingWaitsForTheWorld) {
  Graph graph;
  bool is_full = true;
  Log log;
  graph.make_subgraph("waits", 0, {}, {}, [&](Activation&) {
    log.push_back("waits");
    return is_full ? Status::yielded : Status::done;
  });
  graph.make_subgraph("behind", 0, {}, {}, [&](Activation&) { log.push_back("behind"); });
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(log, (Log{"waits", "waits"}));
  is_full = false;
  EXPECT_EQ(graph.run_tick(), Status::done);
  EXPECT_EQ(log, (Log{"waits", "waits", "waits", "behind"}));
  EXPECT_EQ(graph.counters().yields, 2u);
  EXPECT_EQ(graph.subgraphs()[0]->counters.yields, 2u);
}

TEST(Graph, DataDeferredToTheNextTickStartsIt) {
  Graph graph;
  auto& deferred = graph.make_handoff<int>("deferred", Delay::tick);
  std::vector<std::pair<std::uint64_t, int>> out;
  graph.make_subgraph("late", 3, {&deferred}, {&deferred}, [&](Activation& activation) {
    if (activation.tick == 0) deferred.push(1);
    auto const tick = activation.tick;
    return pull(deferred, activation, [&, tick](int v) {
      out.emplace_back(tick, v);
      if (v < 3) deferred.push(v + 1);
    });
  });
  EXPECT_EQ(graph.run_available(), 4u);
  EXPECT_EQ(out, (std::vector<std::pair<std::uint64_t, int>>{{1, 1}, {2, 2}, {3, 3}}));
}

TEST(Graph, DataDeferredLazilyWaitsForATickThatHappens) {
  Graph graph;
  auto& lazy = graph.make_handoff<int>("lazy", Delay::tick_lazy);
  std::vector<int> out;
  graph.make_subgraph("late", 0, {&lazy}, {&lazy}, [&](Activation& activation) {
    if (activation.tick == 0) lazy.push(1);
    return pull(lazy, activation, [&](int v) {
      out.push_back(v);
      lazy.push(2 * v);
    });
  });
  EXPECT_EQ(graph.run_available(), 1u);
  EXPECT_FALSE(graph.can_start());
  EXPECT_TRUE(out.empty());
  for (int const expected : {1, 2, 4, 8}) {
    EXPECT_EQ(graph.run_available(), 1u);
    EXPECT_EQ(out.back(), expected);
  }
}

TEST(Graph, DataDeferredLazilyComesWithTheTickThatOtherDataStarts) {
  Graph graph;
  auto& lazy = graph.make_handoff<int>("lazy", Delay::tick_lazy);
  auto& eager = graph.make_handoff<int>("eager", Delay::tick);
  Log log;
  graph.make_subgraph("writer", 0, {}, {&lazy, &eager}, [&](Activation&) {
    lazy.push(1);
    eager.push(2);
  });
  for (auto* const handoff : {&lazy, &eager}) {
    graph.make_subgraph("reader", 1, {handoff}, {}, [&log, handoff](Activation& activation) {
      auto const tick = std::to_string(activation.tick);
      return pull(*handoff, activation,
                  [&](int v) { log.push_back("tick " + tick + ": " + std::to_string(v)); });
    });
  }
  EXPECT_EQ(graph.run_available(), 2u);
  std::sort(log.begin(), log.end());
  EXPECT_EQ(log, (Log{"tick 1: 1", "tick 1: 2"}));
}

TEST(Graph, AHandoffIsDeferredWhicheverOfItsEndsIsConnectedFirst) {
  for (Delay const delay : {Delay::tick, Delay::tick_lazy}) {
    for (bool const writer_first : {false, true}) {
      Graph graph;
      auto& deferred = graph.make_handoff<int>("deferred", delay);
      std::vector<std::pair<std::uint64_t, int>> out;
      Subgraph& writer = graph.make_subgraph("writer", 0, {}, {}, [&](Activation& activation) {
        if (activation.tick == 0) deferred.push(7);
      });
      Subgraph& reader = graph.make_subgraph("reader", 0, {}, {}, [&](Activation& activation) {
        auto const tick = activation.tick;
        return pull(deferred, activation, [&](int v) { out.emplace_back(tick, v); });
      });
      if (writer_first) graph.connect(&writer, deferred, nullptr);
      graph.connect(nullptr, deferred, &reader);
      if (!writer_first) graph.connect(&writer, deferred, nullptr);
      EXPECT_EQ(graph.run_available(), delay == Delay::tick ? 2u : 1u);
      EXPECT_EQ(graph.run_available(), 1u);
      EXPECT_EQ(out, (std::vector<std::pair<std::uint64_t, int>>{{1, 7}}));
    }
  }
}

TEST(Graph, ADeferringHandoffMayLeadOutOfTheGraph) {
  Graph graph;
  auto& outside = graph.make_handoff<int>("outside", Delay::tick);
  graph.make_subgraph("writer", 0, {}, {&outside}, [&](Activation&) { outside.push(7); });
  graph.run_tick();
  std::vector<int> out;
  std::int64_t budget = unlimited;
  outside.drain([&](int v) { out.push_back(v); }, budget);
  EXPECT_EQ(out, std::vector{7});
}

struct Hooked {
  Log& log;
  std::string name;
  Subgraph subgraph;
  Hooked(Graph& graph, Log& given, std::string called, bool replays) : log(given), name(called) {
    subgraph.run = [](void* self, Activation&) {
      static_cast<Hooked*>(self)->log.push_back(static_cast<Hooked*>(self)->name);
      return Status::done;
    };
    subgraph.end_tick = [](void* self) {
      static_cast<Hooked*>(self)->log.push_back("end " + static_cast<Hooked*>(self)->name);
    };
    subgraph.self = this;
    subgraph.name = name;
    subgraph.replays = replays;
    graph.add(subgraph);
  }
};

TEST(Graph, ATicksEndIsForThoseThatRan) {
  Log log;
  Graph graph;
  Hooked a(graph, log, "a", false);
  Hooked b(graph, log, "b", false);
  graph.run_tick();
  std::sort(log.begin(), log.end());
  EXPECT_EQ(log, (Log{"a", "b", "end a", "end b"}));
  log.clear();
  graph.run_tick();
  EXPECT_TRUE(log.empty());
  graph.schedule(b.subgraph);
  graph.run_tick();
  EXPECT_EQ(log, (Log{"b", "end b"}));
}

TEST(Graph, WhatReplaysRunsInEveryTickAndStartsNone) {
  Log log;
  Graph graph;
  Hooked replaying(graph, log, "r", true);
  EXPECT_EQ(graph.run_available(), 1u);
  EXPECT_FALSE(graph.can_start());
  EXPECT_EQ(graph.run_available(), 1u);
  EXPECT_EQ(log, (Log{"r", "end r", "r", "end r"}));
}

TEST(Graph, FirstInTickIsSaidOnce) {
  Graph graph;
  auto& around = graph.make_handoff<int>("around");
  Log log;
  Subgraph& subgraph =
      graph.make_subgraph("s", 0, {&around}, {&around}, [&](Activation& activation) {
        log.push_back(activation.first_in_tick ? "first" : "again");
        return pull(around, activation, [&](int v) {
          if (v > 0) around.push(v - 1);
        });
      });
  around.push(2);
  graph.run_tick();
  graph.schedule(subgraph);
  graph.run_tick();
  EXPECT_EQ(log, (Log{"first", "again", "again", "first"}));
}

// What a run function asks for during a tick is, like other external input, for the next one.
TEST(Graph, WhatIsScheduledDuringATickRunsInTheNext) {
  Graph graph;
  Subgraph* self = nullptr;
  std::vector<std::uint64_t> ticks;
  self = &graph.make_subgraph("spin", 0, {}, {}, [&](Activation& activation) {
    ticks.push_back(activation.tick);
    if (ticks.size() < 4) graph.schedule(*self);
  });
  EXPECT_EQ(graph.run_available(), 4u);
  EXPECT_EQ(ticks, (std::vector<std::uint64_t>{0, 1, 2, 3}));
  EXPECT_FALSE(graph.can_start());
}

TEST(Graph, WhileHeldNothingRunsAndARunningTickYields) {
  Graph graph;
  Hold hold(graph);
  auto& to_second = graph.make_handoff<int>("to second");
  Log log;
  Subgraph& first = graph.make_subgraph("first", 0, {}, {&to_second}, [&](Activation&) {
    log.push_back("first");
    to_second.push(1);
    hold.set();  // what is downstream is full
  });
  graph.make_subgraph("second", 1, {&to_second}, {}, [&](Activation& activation) {
    log.push_back("second");
    return pull(to_second, activation, [](int) {});
  });
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(log, Log{"first"});
  EXPECT_TRUE(graph.mid_tick());
  EXPECT_FALSE(graph.can_start());
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(graph.run_available(), 0u);
  EXPECT_EQ(log, Log{"first"});
  hold.release();
  EXPECT_TRUE(graph.can_start());
  EXPECT_EQ(graph.run_tick(), Status::done);
  EXPECT_EQ(log, (Log{"first", "second"}));
  EXPECT_EQ(graph.tick(), 1u);
  graph.schedule(first);
  hold.set();
  EXPECT_FALSE(graph.can_start());
}

TEST(Graph, GoesOnWhenNobodyHoldsItAnyMore) {
  Graph graph;
  Hold one(graph);
  {
    Hold another(graph);
    one.set();
    one.set();  // twice is once
    another.set();
    one.release();
    EXPECT_TRUE(graph.held());
    one.release();
    EXPECT_TRUE(graph.held()) << "one holder has released what the other has set";
  }
  EXPECT_FALSE(graph.held()) << "a holder that is gone holds nothing";
}

TEST(Graph, AHoldThatIsReleasedAtOnceInterruptsNothing) {
  Graph graph;
  Hold hold(graph);
  Log log;
  graph.make_subgraph("first", 0, {}, {}, [&](Activation&) {
    log.push_back("first");
    hold.set();
    hold.release();
  });
  graph.make_subgraph("second", 1, {}, {}, [&](Activation&) { log.push_back("second"); });
  EXPECT_EQ(graph.run_tick(), Status::done);
  EXPECT_EQ(log, (Log{"first", "second"}));
  EXPECT_EQ(graph.counters().yields, 0u);
}

TEST(Graph, AGraphGrowsBetweenTicks) {
  Graph graph;
  Log log;
  auto& handoff = graph.make_handoff<int>("later connected");
  Subgraph& writer = graph.make_subgraph("writer", 0, {}, {&handoff}, [&](Activation& activation) {
    handoff.push(static_cast<int>(activation.tick));
  });
  graph.run_available();
  std::uint64_t const before = graph.generation();
  Subgraph& reader = graph.make_subgraph("reader", 0, {&handoff}, {}, [&](Activation& activation) {
    return pull(handoff, activation, [&](int v) { log.push_back(std::to_string(v)); });
  });
  EXPECT_NE(graph.generation(), before);
  EXPECT_TRUE(graph.reaches(writer, reader));
  EXPECT_TRUE(graph.can_start());  // the new one has never run
  graph.run_available();
  EXPECT_EQ(log, Log{"0"});
  graph.schedule(writer);
  graph.run_available();
  EXPECT_EQ(log, (Log{"0", "2"}));
}

TEST(Graph, ReachesFollowsHandoffsRoundCyclesAndOverTicks) {
  Graph graph;
  auto const nothing = [](Activation&) {};
  auto& ab = graph.make_handoff<int>("ab");
  auto& ba = graph.make_handoff<int>("ba", Delay::tick);
  auto& bc = graph.make_handoff<int>("bc");
  auto& out = graph.make_handoff<int>("out");
  Subgraph& a = graph.make_subgraph("a", 0, {&ba}, {&ab}, nothing);
  Subgraph& b = graph.make_subgraph("b", 1, {&ab}, {&ba, &bc}, nothing);
  Subgraph& c = graph.make_subgraph("c", 2, {&bc}, {&out}, nothing);
  Subgraph& alone = graph.make_subgraph("alone", 0, {}, {}, nothing);
  EXPECT_TRUE(graph.reaches(a, a));
  EXPECT_TRUE(graph.reaches(a, c));
  EXPECT_TRUE(graph.reaches(b, a));
  EXPECT_FALSE(graph.reaches(c, a));
  EXPECT_FALSE(graph.reaches(a, alone));
  EXPECT_FALSE(graph.reaches(alone, c));
}

TEST(Graph, CountersAreExact) {
  Graph graph;
  auto& handoff = graph.make_handoff<int>("five at once");
  Subgraph& writer = graph.make_subgraph("writer", 0, {}, {&handoff}, [&](Activation& activation) {
    int const count = activation.tick == 1 ? 5 : 2;
    for (int i = 0; i < count; ++i) handoff.push(i);
  });
  Subgraph& reader = graph.make_subgraph("reader", 0, {&handoff}, {}, [&](Activation& activation) {
    return pull(handoff, activation, [](int) {});
  });
  EXPECT_EQ(writer.counters.runs, 0u);
  EXPECT_EQ(graph.counters().activations, 0u);
  EXPECT_EQ(handoff.counters().items, 0u);
  EXPECT_EQ(graph.subgraphs().size(), 2u);
  EXPECT_EQ(graph.handoffs().size(), 1u);
  for (int tick = 0; tick < 3; ++tick) {
    graph.schedule(writer);
    graph.run_tick();
  }
  EXPECT_EQ(writer.counters.runs, 3u);
  EXPECT_EQ(reader.counters.runs, 3u);
  EXPECT_EQ(reader.counters.yields, 0u);
  EXPECT_EQ(graph.counters().activations, 6u);
  EXPECT_EQ(handoff.counters().items, 9u);
  EXPECT_EQ(handoff.counters().depth, 0u);
  EXPECT_EQ(handoff.counters().high_water, 5u);
  EXPECT_EQ(handoff.name, "five at once");
}

TEST(Graph, TheHighWaterIsWhatWasUnreadTogetherWithWhatWasWritten) {
  Graph graph;
  auto& deferred = graph.make_handoff<int>("deferred", Delay::tick);
  // The writer runs before the reader has read what was deferred to this tick.
  graph.make_subgraph("writer", 0, {}, {&deferred}, [&](Activation& activation) {
    for (std::uint64_t i = 0; i <= activation.tick; ++i) deferred.push(1);
  });
  int read = 0;
  graph.make_subgraph("reader", 1, {&deferred}, {}, [&](Activation& activation) {
    return pull(deferred, activation, [&](int v) { read += v; });
  });
  for (std::uint64_t tick = 0; tick < 3; ++tick) {
    graph.schedule(*graph.subgraphs()[0]);
    graph.run_tick();
  }
  EXPECT_EQ(read, 1 + 2);
  EXPECT_EQ(deferred.counters().items, 1u + 2 + 3);
  EXPECT_EQ(deferred.counters().depth, 3u);
  EXPECT_EQ(deferred.counters().high_water, 2u + 3);
}

TEST(Graph, SubgraphsAreBusyOneAfterAnother) {
  Graph graph;
  auto& handoff = graph.make_handoff<int>("one at a time");
  graph.make_subgraph("writer", 0, {}, {&handoff}, [&](Activation&) {
    for (int i = 0; i < 10; ++i) handoff.push(i);
  });
  graph.make_subgraph("reader", 1, {&handoff}, {}, [&](Activation& activation) {
    return pull(handoff, activation, [](int) {});
  });
  std::uint64_t const begin = cycles();
  graph.run_tick();
  std::uint64_t const elapsed = cycles() - begin;
  std::uint64_t busy = 0;
  for (Subgraph const* one : graph.subgraphs()) {
    EXPECT_GT(one->counters.busy_cycles, 0u);
    busy += one->counters.busy_cycles;
  }
  EXPECT_LE(busy, elapsed);
}

TEST(Graph, AnEmptyTickReadsNoClockAndRunsNothing) {
  Graph graph;
  Subgraph& s = graph.make_subgraph("s", 0, {}, {}, [](Activation&) {});
  graph.run_tick();
  std::uint64_t const busy = s.counters.busy_cycles;
  EXPECT_GT(busy, 0u);
  for (int i = 0; i < 10; ++i) graph.run_tick();
  EXPECT_EQ(s.counters.busy_cycles, busy);
  EXPECT_EQ(s.counters.runs, 1u);
}

TEST(Graph, WhatThrowsEndsItsGraphAndNoOther) {
  Graph failing;
  auto& handoff = failing.make_handoff<std::string>("to the sink");
  Log log;
  failing.make_subgraph("thrower", 0, {}, {&handoff}, [&](Activation& activation) {
    handoff.push("from tick " + std::to_string(activation.tick));
    if (activation.tick == 0) throw std::runtime_error("a reason");
  });
  failing.make_subgraph("sink", 1, {&handoff}, {}, [&](Activation& activation) {
    return pull(handoff, activation, [&](std::string&& v) { log.push_back(v); });
  });
  failing.run_available();
  ASSERT_NE(failing.failure(), nullptr);
  EXPECT_EQ(failing.failure()->subgraph, "thrower");
  EXPECT_EQ(failing.failure()->what, "a reason");
  EXPECT_FALSE(failing.can_start());
  EXPECT_EQ(failing.run_tick(), Status::done);
  EXPECT_EQ(failing.run_available(), 0u);
  EXPECT_EQ(failing.tick(), 0u);
  EXPECT_TRUE(log.empty());  // nothing of an abandoned tick goes on

  Graph other;
  other.make_subgraph("well", 0, {}, {}, [&](Activation&) { log.push_back("well"); });
  other.run_available();
  EXPECT_EQ(other.failure(), nullptr);
  EXPECT_EQ(log, Log{"well"});
}

TEST(Graph, AnythingMayBeThrown) {
  Graph graph;
  graph.make_subgraph("odd", 0, {}, {}, [](Activation&) { throw 7; });
  graph.run_available();
  ASSERT_NE(graph.failure(), nullptr);
  EXPECT_EQ(graph.failure()->what, "something that is not a std::exception");
}

TEST(Graph, WhatThrowsWhileATickEndsFailsTheGraphToo) {
  Graph graph;
  Subgraph subgraph;
  subgraph.run = [](void*, Activation&) { return Status::done; };
  subgraph.end_tick = [](void*) { throw std::runtime_error("at the end"); };
  subgraph.name = "ends badly";
  graph.add(subgraph);
  EXPECT_NO_THROW(graph.run_available());
  ASSERT_NE(graph.failure(), nullptr);
  EXPECT_EQ(graph.failure()->subgraph, "ends badly");
  EXPECT_EQ(graph.failure()->what, "at the end");
  EXPECT_FALSE(graph.can_start());
}

TEST(GraphDeathTest, RefusesWhatWouldGoBackWithinATick) {
  Graph graph;
  auto& back = graph.make_handoff<int>("back");
  graph.make_subgraph("late", 2, {}, {&back}, [](Activation&) {});
  EXPECT_DEATH(graph.make_subgraph("early", 1, {&back}, {}, [](Activation&) {}), "backward");
  auto& deferred = graph.make_handoff<int>("deferred", Delay::tick);
  graph.make_subgraph("later", 2, {}, {&deferred}, [](Activation&) {});
  graph.make_subgraph("earlier", 1, {&deferred}, {}, [](Activation&) {});
}

TEST(GraphDeathTest, RefusesASecondReaderAndGrowthDuringATick) {
  Graph graph;
  auto& handoff = graph.make_handoff<int>("one reader");
  graph.make_subgraph("first", 0, {&handoff}, {}, [](Activation&) {});
  EXPECT_DEATH(graph.make_subgraph("second", 0, {&handoff}, {}, [](Activation&) {}),
               "handoff.reader == nullptr");
  graph.make_subgraph("grows", 0, {}, {}, [&](Activation&) {
    graph.make_subgraph("too early", 0, {}, {}, [](Activation&) {});
  });
  EXPECT_DEATH(graph.run_tick(), "!mid_tick_");
}

}  // namespace
}  // namespace weir

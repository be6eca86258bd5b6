#include "weir/sched/loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/random.h"
#include "weir/sched/ends.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"
#include "weir/sched/state.h"

namespace weir {
namespace {

using Iterated = std::vector<std::pair<std::uint64_t, int>>;  // with the iteration

constexpr auto pass = [](auto& in, auto& out) {
  in.drain([&](auto&& item) { out.push(std::move(item)); });
};

// One whole tick, however often it yields.
void run_tick(Graph& graph) {
  while (graph.run_tick() == Status::yielded) {  // each turn uses up a budget
  }
}

// input ─▶ the body of a loop in stratum 1: counts each number down, one step an iteration.
struct Countdown {
  Graph graph;
  Input<int> input;
  Handoff<int>& entering = graph.make_handoff<int>("entering");
  Handoff<int>& next = graph.make_handoff<int>("next", Delay::iteration);
  Handoff<int>& leaving = graph.make_handoff<int>("leaving");
  Loop& loop;
  Iterated seen;
  std::vector<std::vector<int>> left;  // what leaves, by activation of its reader

  explicit Countdown(LoopOptions const& options = {})
      : loop(graph.make_loop("countdown", 1, 1, options)) {
    graph.make_subgraph("source", 0, from(input), to(entering), pass);
    graph.make_subgraph(
        "step", loop.at(0), from(entering, next), to(next, leaving),
        [this](Activation& activation, auto& in, auto& again, auto& to_next, auto& out) {
          auto const step = [&](int v) {
            seen.emplace_back(activation.iteration(), v);
            out.push(v);
            if (v > 0) to_next.push(v - 1);
          };
          in.drain(step);
          again.drain(step);
        });
    graph.make_subgraph("after", 2, from(leaving), to(), [this](auto& in) {
      left.emplace_back();
      in.drain([&](int v) { left.back().push_back(v); });
    });
  }
};

TEST(Loop, RunsAgainWhileSomethingIsGivenToTheNextIteration) {
  Countdown countdown;
  countdown.input.give(2);
  countdown.input.give(4);
  EXPECT_EQ(countdown.graph.run_available(), 1u);
  EXPECT_EQ(countdown.seen,
            (Iterated{{0, 2}, {0, 4}, {1, 1}, {1, 3}, {2, 0}, {2, 2}, {3, 1}, {4, 0}}));
  EXPECT_EQ(countdown.loop.counters().iterations, 5u);
  EXPECT_EQ(countdown.loop.counters().entries, 1u);
  EXPECT_EQ(countdown.loop.counters().cut_short, 0u);
  EXPECT_FALSE(countdown.graph.can_start());
}

TEST(Loop, WhatLeavesItIsSeenWhenItHasBeenLeft) {
  Countdown countdown;
  countdown.input.give(3);
  countdown.graph.run_available();
  // Also if the reader has been ready from the beginning, as in a graph's first tick.
  EXPECT_EQ(countdown.left, (std::vector<std::vector<int>>{{3, 2, 1, 0}}));
}

TEST(Loop, NothingRunsThatNothingEnters) {
  Countdown countdown;
  countdown.graph.run_available();
  countdown.graph.run_available();
  EXPECT_TRUE(countdown.seen.empty());
  EXPECT_EQ(countdown.loop.counters().entries, 0u);
  EXPECT_EQ(countdown.loop.iteration(), 0u);
}

TEST(Loop, AtTopLevelItGoesOnCountingInLaterTicks) {
  Countdown countdown;
  for (int const v : {1, 0, 2}) {
    countdown.input.give(v);
    countdown.graph.run_tick();
    countdown.graph.run_tick();  // nothing happens in it
  }
  EXPECT_EQ(countdown.seen, (Iterated{{0, 1}, {1, 0}, {2, 0}, {3, 2}, {4, 1}, {5, 0}}));
  EXPECT_EQ(countdown.loop.counters().entries, 3u);
}

TEST(Loop, H1Batches) {
  Graph graph;
  Input<int> input;
  auto& batch = graph.make_handoff<int>("batch");
  Loop& loop = graph.make_loop("loop", 1, 1);
  Iterated out;
  graph.make_subgraph("source", 0, from(input), to(batch), pass);
  graph.make_subgraph("body", loop.at(0), from(batch), to(), [&](Activation& activation, auto& in) {
    in.drain([&](int v) { out.emplace_back(activation.iteration(), v); });
  });
  Iterated expected;
  for (int v = 0; v < 10; ++v) {
    input.give(v);
    graph.run_tick();
    expected.emplace_back(v, v);
  }
  EXPECT_EQ(out, expected);
}

TEST(Loop, H2PrefixReplaysInEveryIteration) {
  Graph graph;
  Input<std::string> users;
  Input<int> messages;
  auto& to_prefix = graph.make_handoff<std::string>("users");
  auto& to_batch = graph.make_handoff<int>("messages");
  auto& user = graph.make_handoff<std::string>("user");
  Loop& loop = graph.make_loop("loop", 1, 2);
  auto& prefix = graph.make_state<std::vector<std::string>>(forever);
  auto& known = graph.make_state<std::vector<std::string>>(none);
  std::vector<std::string> out;
  graph.make_subgraph("users", 0, from(users), to(to_prefix), pass);
  graph.make_subgraph("messages", 0, from(messages), to(to_batch), pass);
  graph.make_subgraph("prefix", replaying(loop.at(0)), from(to_prefix), to(user), uses(prefix),
                      [](auto& in, auto& names, auto& all) {
                        in.drain([&](std::string&& name) { all.push_back(std::move(name)); });
                        for (std::string const& name : all) names.push(name);
                      });
  graph.make_subgraph(
      "cross", loop.at(1), from(user, to_batch), to(), uses(known),
      [&](Activation& activation, auto& in_user, auto& in_message, auto& names) {
        in_user.drain([&](std::string&& name) { names.push_back(std::move(name)); });
        in_message.drain([&](int v) {
          for (std::string const& name : names) {
            out.push_back(std::to_string(activation.iteration()) + " " + name + " " +
                          std::to_string(v));
          }
        });
      });
  users.give("alice");
  users.give("bob");
  std::vector<std::string> expected;
  for (int i = 0; i < 3; ++i) {
    for (int v = 3 * i; v < 3 * i + 3; ++v) {
      messages.give(v);
      for (char const* name : {"alice", "bob"}) {
        expected.push_back(std::to_string(i) + " " + name + " " + std::to_string(v));
      }
    }
    graph.run_tick();
  }
  graph.run_tick();  // what replays starts no iteration
  EXPECT_EQ(out, expected);
  EXPECT_EQ(loop.counters().iterations, 3u);
}

// outer: passes each batch on, and once more for as long as it holds something larger than 10 (less
// 10); inner: `times` iterations for each batch, in each of which every item is given out.
struct Nested {
  Graph graph;
  Input<int> input;
  Loop& outer = graph.make_loop("outer", 1, 4);
  Loop& inner;
  struct Seen {
    std::uint64_t outer;
    std::uint64_t inner;
    int tick_sum;
    int outer_sum;
    int inner_sum;
    int none_sum;
    friend bool operator==(Seen const&, Seen const&) = default;
  };
  std::vector<Seen> seen;
  std::vector<int> left;

  explicit Nested(std::uint64_t times)
      : inner(graph.make_loop("inner", 2, 3, {.parent = &outer, .iterations_max = times})) {
    auto& entering = graph.make_handoff<int>("entering");
    auto& next = graph.make_handoff<int>("next", Delay::iteration);
    auto& to_inner = graph.make_handoff<int>("to inner");
    auto& repeated = graph.make_handoff<int>("repeated");
    auto& sums = graph.make_handoff<int>("sums");
    graph.make_subgraph("source", 0, from(input), to(entering), pass);
    graph.make_subgraph("batch", outer.at(0), from(entering, next), to(to_inner, next),
                        [](auto& in, auto& again, auto& out, auto& to_next) {
                          auto const give = [&](int v) {
                            out.push(v);
                            if (v > 10) to_next.push(v - 10);
                          };
                          in.drain(give);
                          again.drain(give);
                        });
    auto& batch = graph.make_state<std::vector<int>>(inner);
    graph.make_subgraph("repeat", inner.at(0), from(to_inner), to(repeated), uses(batch),
                        [](Activation& activation, auto& in, auto& out, auto& all) {
                          if (!in.drain([&](int v) { all.push_back(v); })) return;
                          for (int const v : all) out.push(v);
                          activation.repeat();
                        });
    auto& of_tick = graph.make_state<int>(tick);
    auto& of_outer = graph.make_state<int>(outer);
    auto& of_inner = graph.make_state<int>(inner, 1000);
    auto& of_run = graph.make_state<int>(none, 10'000);
    graph.make_subgraph("fold", inner.at(1), from(repeated), to(sums),
                        uses(of_tick, of_outer, of_inner, of_run),
                        [this](auto& in, auto& out, int& a, int& b, int& c, int& d) {
                          auto const add = [&](int v) {
                            for (int* sum : {&a, &b, &c, &d}) *sum += v;
                          };
                          if (!in.drain(add)) return;
                          seen.push_back({outer.iteration(), inner.iteration(), a, b, c, d});
                          out.push(d);
                        });
    graph.make_subgraph("after", 5, from(sums), to(),
                        [this](auto& in) { in.drain([&](int v) { left.push_back(v); }); });
  }
};

TEST(Loop, WithinALoopItIsExecutedAnewInEachIterationOfTheOuterOne) {
  Nested nested(2);
  nested.input.give(1);
  nested.input.give(22);
  nested.graph.run_available();
  nested.input.give(3);
  nested.graph.run_available();
  using Seen = Nested::Seen;
  EXPECT_EQ(nested.seen, (std::vector<Seen>{{0, 0, 23, 23, 1023, 10'023},
                                            {0, 1, 46, 46, 1046, 10'023},
                                            {1, 0, 58, 58, 1012, 10'012},
                                            {1, 1, 70, 70, 1024, 10'012},
                                            {2, 0, 72, 72, 1002, 10'002},
                                            {2, 1, 74, 74, 1004, 10'002},
                                            // The outer loop has one execution for ever.
                                            {3, 0, 3, 77, 1003, 10'003},
                                            {3, 1, 6, 80, 1006, 10'003}}));
  EXPECT_EQ(nested.outer.counters().iterations, 4u);
  EXPECT_EQ(nested.outer.counters().entries, 2u);
  EXPECT_EQ(nested.inner.counters().entries, 4u);
  EXPECT_EQ(nested.inner.counters().iterations, 8u);
  EXPECT_EQ(nested.left.size(), 8u);
}

// It may stop anywhere, between any two items and at any border, and nothing is different after.
TEST(Loop, AYieldInTheMiddleOfAnIterationChangesNothing) {
  auto const run = [](Nested& nested, std::uint64_t seed) {
    Random random(seed);
    for (int batch = 0; batch < 5; ++batch) {
      for (std::uint64_t n = random.below(6); n > 0; --n) {
        nested.input.give(static_cast<int>(random.below(40)));
      }
      run_tick(nested.graph);
    }
  };
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Nested whole(3);
    run(whole, seed);
    ASSERT_EQ(whole.graph.counters().yields, 0u);
    for (std::int64_t const budget : {1, 2, 3, 5, 8}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", budget " + std::to_string(budget));
      Nested yielding(3);
      yielding.graph.set_budget({.items = budget});
      run(yielding, seed);
      ASSERT_EQ(yielding.seen, whole.seen);
      ASSERT_EQ(yielding.left, whole.left);
      ASSERT_EQ(yielding.graph.tick(), whole.graph.tick());
      ASSERT_EQ(yielding.outer.counters().iterations, whole.outer.counters().iterations);
    }
  }
}

// The inner loop halves a number until it is odd; the outer one then goes on with three times that
// and one: what leaves the inner loop's body for the outer one's next iteration.
TEST(Loop, ABodyMayGiveToTheNextIterationOfALoopAroundIt) {
  Graph graph;
  Loop& outer = graph.make_loop("outer", 1, 3);
  Loop& inner = graph.make_loop("inner", 2, 2, {.parent = &outer});
  auto& entering = graph.make_handoff<int>("entering");
  auto& tripled = graph.make_handoff<int>("tripled", Delay::iteration);
  auto& even = graph.make_handoff<int>("even");
  auto& halved = graph.make_handoff<int>("halved", Delay::iteration);
  std::vector<std::array<int, 3>> seen;
  graph.make_subgraph("enter", 0, from(), to(entering), [](auto& out) { out.push(12); });
  graph.make_subgraph("begin", outer.at(0), from(entering, tripled), to(even),
                      [](auto& in, auto& again, auto& out) {
                        in.drain([&](int v) { out.push(v); });
                        again.drain([&](int v) { out.push(v); });
                      });
  graph.make_subgraph("halve", inner.at(0), from(even, halved), to(halved, tripled),
                      [&](auto& in, auto& again, auto& to_inner, auto& to_outer) {
                        auto const halve = [&](int v) {
                          seen.push_back({static_cast<int>(outer.iteration()),
                                          static_cast<int>(inner.iteration()), v});
                          if (v % 2 == 0) to_inner.push(v / 2);
                          else if (v > 1) to_outer.push(3 * v + 1);
                        };
                        in.drain(halve);
                        again.drain(halve);
                      });
  EXPECT_EQ(graph.run_available(), 1u);
  EXPECT_EQ(seen, (std::vector<std::array<int, 3>>{{0, 0, 12},
                                                   {0, 1, 6},
                                                   {0, 2, 3},
                                                   {1, 0, 10},
                                                   {1, 1, 5},
                                                   {2, 0, 16},
                                                   {2, 1, 8},
                                                   {2, 2, 4},
                                                   {2, 3, 2},
                                                   {2, 4, 1}}));
}

TEST(Loop, D6FoldInLoop) {
  Nested nested(5);
  for (int v = 0; v < 10; ++v) nested.input.give(v);
  nested.graph.run_available();
  std::vector<int> of_run;
  std::vector<int> of_loop;
  for (Nested::Seen const& seen : nested.seen) {
    of_run.push_back(seen.none_sum);
    of_loop.push_back(seen.inner_sum + 9000);
  }
  EXPECT_EQ(of_run, (std::vector{10'045, 10'045, 10'045, 10'045, 10'045}));
  EXPECT_EQ(of_loop, (std::vector{10'045, 10'090, 10'135, 10'180, 10'225}));
}

TEST(Loop, H6EnumerateLoop) {
  Graph graph;
  Input<int> input;
  auto& entering = graph.make_handoff<int>("entering");
  Loop& loop = graph.make_loop("loop", 1, 1, {.iterations_max = 3});
  auto& batch = graph.make_state<std::vector<int>>(tick);
  auto& of_run = graph.make_state<int>(none);
  auto& of_loop = graph.make_state<int>(loop);
  std::vector<std::pair<int, int>> none_out;
  std::vector<std::pair<int, int>> loop_out;
  graph.make_subgraph("source", 0, from(input), to(entering), pass);
  graph.make_subgraph("repeat", loop.at(0), from(entering), to(), uses(batch, of_run, of_loop),
                      [&](Activation& activation, auto& in, auto& all, int& a, int& b) {
                        in.drain([&](int v) { all.push_back(v); });
                        for (int const v : all) none_out.emplace_back(a++, v);
                        for (int const v : all) loop_out.emplace_back(b++, v);
                        activation.repeat();
                      });
  for (int v = 0; v < 5; ++v) input.give(v);
  graph.run_available();
  std::vector<std::pair<int, int>> none_expected;
  std::vector<std::pair<int, int>> loop_expected;
  for (int i = 0; i < 15; ++i) none_expected.emplace_back(i % 5, i % 5);
  for (int i = 0; i < 15; ++i) loop_expected.emplace_back(i, i % 5);
  EXPECT_EQ(none_out, none_expected);
  EXPECT_EQ(loop_out, loop_expected);
}

using Point = std::pair<int, int>;

constexpr std::array<Point, 30> points = {
    {{-210, -104}, {-226, -143}, {-258, -119}, {-331, -129}, {-250, -69}, {-202, -113},
     {-222, -133}, {-232, -155}, {-220, -107}, {-159, -109}, {-49, 57},   {-156, 52},
     {-22, 125},   {-140, 168},  {-118, 89},   {-93, 133},   {-101, 80},  {-145, 79},
     {187, 36},    {208, -66},   {142, 5},     {232, 41},    {91, -37},   {132, 16},
     {248, -39},   {158, 65},    {108, -41},   {171, -121},  {147, 5},    {192, 58}}};

int squared_distance(Point a, Point b) {
  return (a.first - b.first) * (a.first - b.first) + (a.second - b.second) * (a.second - b.second);
}

TEST(Loop, H8KMeans) {
  Graph graph;
  Loop& loop = graph.make_loop("k-means", 1, 2, {.iterations_max = 10});
  auto& given = graph.make_handoff<Point>("points");
  auto& initial = graph.make_handoff<Point>("initial centroids");
  auto& next = graph.make_handoff<Point>("next centroids", Delay::iteration);
  auto& assigned = graph.make_handoff<std::pair<Point, Point>>("assigned");
  auto& found = graph.make_handoff<Point>("all centroids");
  auto& kept = graph.make_state<std::vector<Point>>(tick);
  auto& centroids = graph.make_state<std::vector<Point>>(none);
  struct Sum {
    Point sum{};
    int count = 0;
  };
  auto& sums = graph.make_state<std::map<Point, Sum>>(none);
  std::vector<Point> means;
  graph.make_subgraph("source", 0, from(), to(given, initial), [](auto& point_out, auto& centroid) {
    for (Point const& point : points) point_out.push(point);
    for (int const x : {-50, 0, 50}) centroid.push(Point(x, 0));
  });
  graph.make_subgraph(
      "assign", loop.at(0), from(given, initial, next), to(assigned), uses(kept, centroids),
      [](auto& in, auto& first, auto& again, auto& out, auto& all, auto& centers) {
        in.drain([&](Point point) { all.push_back(point); });
        first.drain([&](Point centroid) { centers.push_back(centroid); });
        again.drain([&](Point centroid) { centers.push_back(centroid); });
        for (Point const& point : all) {
          auto const closer = [&](Point a, Point b) {
            return squared_distance(point, a) < squared_distance(point, b);
          };
          out.push(std::pair(*std::min_element(centers.begin(), centers.end(), closer), point));
        }
      });
  graph.make_subgraph("means", loop.at(1), from(assigned), to(next, found), uses(sums),
                      [](auto& in, auto& to_next, auto& out, auto& of_mean) {
                        in.drain([&](std::pair<Point, Point> const& one) {
                          Sum& sum = of_mean[one.first];
                          sum.sum.first += one.second.first;
                          sum.sum.second += one.second.second;
                          ++sum.count;
                        });
                        for (auto const& [centroid, of] : of_mean) {
                          Point const mean(of.sum.first / of.count, of.sum.second / of.count);
                          to_next.push(mean);
                          out.push(mean);
                        }
                      });
  graph.make_subgraph("sink", 3, from(found), to(),
                      [&](auto& in) { in.drain([&](Point mean) { means.push_back(mean); }); });
  EXPECT_EQ(graph.run_available(), 1u);
  EXPECT_EQ(loop.counters().iterations, 10u);
  EXPECT_EQ(means.size(), 30u);
  means.erase(means.begin(), means.end() - 3);
  std::sort(means.begin(), means.end());
  EXPECT_EQ(means, (std::vector<Point>{{-231, -118}, {-103, 97}, {168, -6}}));
}

TEST(Loop, ABoundEndsItAndDropsWhatWasGivenToTheNextIteration) {
  Countdown countdown({.iterations_max = 3});
  countdown.input.give(9);
  countdown.graph.run_tick();
  EXPECT_EQ(countdown.seen, (Iterated{{0, 9}, {1, 8}, {2, 7}}));
  EXPECT_EQ(countdown.loop.counters().cut_short, 1u);
  EXPECT_TRUE(countdown.next.empty());
  countdown.input.give(1);  // nothing of the 6 is left over
  countdown.graph.run_tick();
  EXPECT_EQ(countdown.seen, (Iterated{{0, 9}, {1, 8}, {2, 7}, {3, 1}, {4, 0}}));
  EXPECT_EQ(countdown.loop.counters().cut_short, 1u);
}

TEST(Loop, WithoutAnEndItYieldsAndOtherGraphsGoOn) {
  Graph graph;
  graph.set_budget({.items = 100});
  Loop& loop = graph.make_loop("endless", 1, 1);
  auto& entering = graph.make_handoff<int>("entering");
  graph.make_subgraph("source", 0, from(), to(entering), [](auto& out) { out.push(1); });
  graph.make_subgraph("body", loop.at(0), from(entering), to(),
                      [](Activation& activation, auto& in) {
                        in.drain([](int) {});
                        activation.repeat();
                      });
  for (int turn = 1; turn <= 3; ++turn) {
    EXPECT_EQ(graph.run_tick(), Status::yielded);
    EXPECT_TRUE(graph.can_start());
    EXPECT_EQ(loop.iteration(), static_cast<std::uint64_t>(100 * turn - 1));  // and one item
  }
  EXPECT_EQ(graph.tick(), 0u);
}

TEST(Loop, FirstInTickIsSaidOnceInEachIteration) {
  Graph graph;
  graph.set_budget({.items = 2});
  Loop& loop = graph.make_loop("loop", 1, 1, {.iterations_max = 2});
  auto& entering = graph.make_handoff<int>("entering");
  for (int v = 0; v < 3; ++v) entering.push(v);  // before the loop has a body
  std::vector<std::pair<std::uint64_t, bool>> out;
  graph.make_subgraph("body", loop.at(0), from(entering), to(),
                      [&](Activation& activation, auto& in) {
                        out.emplace_back(activation.iteration(), activation.first_in_tick);
                        in.drain([](int) {});
                        activation.repeat();
                      });
  run_tick(graph);
  EXPECT_EQ(out, (std::vector<std::pair<std::uint64_t, bool>>{{0, true}, {0, false}, {1, true}}));
}

TEST(Loop, ATicksEndIsOnceForASubgraphHoweverManyIterationsItRanIn) {
  Graph graph;
  Loop& loop = graph.make_loop("loop", 0, 0, {.iterations_max = 4});
  struct Counted {
    int runs = 0;
    int ends = 0;
  } counted;
  Subgraph body;
  body.self = &counted;
  body.run = [](void* self, Activation& activation) {
    ++static_cast<Counted*>(self)->runs;
    activation.repeat();
    return Status::done;
  };
  body.end_tick = [](void* self) { ++static_cast<Counted*>(self)->ends; };
  body.name = "body";
  body.loop = &loop;
  graph.add(body);
  for (int tick = 1; tick <= 3; ++tick) {
    graph.schedule(body);
    graph.run_tick();
    EXPECT_EQ(counted.runs, 4 * tick);
    EXPECT_EQ(counted.ends, tick);
  }
}

TEST(Loop, WhatThrowsInItsBodyEndsTheGraph) {
  Countdown countdown;
  auto& more = countdown.graph.make_handoff<int>("more", Delay::iteration);
  countdown.graph.make_subgraph("thrower", countdown.loop.at(0), from(more), to(), [](auto& in) {
    in.drain([](int) { throw std::runtime_error("a reason"); });
  });
  more.push(1);
  countdown.graph.schedule(*countdown.graph.subgraphs().back());
  countdown.input.give(3);
  countdown.graph.connect(countdown.graph.subgraphs()[1], more, nullptr);
  countdown.graph.run_available();
  ASSERT_NE(countdown.graph.failure(), nullptr);
  EXPECT_EQ(countdown.graph.failure()->subgraph, "thrower");
  EXPECT_EQ(countdown.graph.failure()->what, "a reason");
  EXPECT_TRUE(countdown.left.empty());
}

struct Armed {
  Armed() = default;
  Armed(Armed const&) = default;
  Armed& operator=(Armed const&) {
    if (armed) throw std::runtime_error("no reset");
    return *this;
  }
  bool armed = false;
};

TEST(Loop, WhatThrowsWhenAnExecutionEndsIsBlamedOnWhoUsedTheState) {
  Graph graph;
  Loop& outer = graph.make_loop("outer", 0, 2);
  Loop& inner = graph.make_loop("inner", 1, 1, {.parent = &outer});
  auto& state = graph.make_state<Armed>(inner);
  auto& once = graph.make_handoff<int>("once");
  Subgraph& first =
      graph.make_subgraph("first", outer.at(0), from(), to(once), [](auto& to) { to.push(1); });
  graph.make_subgraph("culprit", inner.at(0), from(once), to(), uses(state),
                      [](auto& in, Armed& armed) {
                        in.drain([](int) {});
                        armed.armed = true;
                      });
  graph.schedule(first);
  graph.run_available();
  ASSERT_NE(graph.failure(), nullptr);
  EXPECT_EQ(graph.failure()->node, "culprit");
  EXPECT_EQ(graph.failure()->subgraph, "inner");
  EXPECT_EQ(graph.failure()->what, "no reset");
}

TEST(Loop, AGraphGrowsByLoopsAndTheyByBodies) {
  Countdown countdown;
  countdown.input.give(1);
  countdown.graph.run_available();
  Graph& graph = countdown.graph;
  // Another body subgraph, and a loop behind the first one.
  auto& to_second = graph.make_handoff<int>("to second");
  Loop& second = graph.make_loop("second", 5, 6, {.iterations_max = 2});
  Iterated out;
  graph.connect(graph.subgraphs()[0], to_second, nullptr);
  auto& doubled = graph.make_handoff<int>("doubled");
  graph.make_subgraph("relay", countdown.loop.at(0), from(to_second), to(doubled),
                      [](auto& in, auto& to) { in.drain([&](int v) { to.push(2 * v); }); });
  graph.make_subgraph("body", second.at(1), from(doubled), to(),
                      [&](Activation& activation, auto& in) {
                        in.drain([&](int v) { out.emplace_back(activation.iteration(), v); });
                        activation.repeat();
                      });
  graph.run_available();
  EXPECT_TRUE(out.empty());
  to_second.push(21);
  graph.schedule(*graph.subgraphs()[3]);
  graph.run_available();
  EXPECT_EQ(out, (Iterated{{0, 42}}));
  EXPECT_EQ(second.counters().iterations, 2u);
  EXPECT_EQ(graph.loops().size(), 2u);
}

TEST(LoopDeathTest, RefusesWhatEntersFromWithinItsStrataAndWhatLeavesInto) {
  Graph graph;
  Loop& loop = graph.make_loop("loop", 1, 2);
  auto& entering = graph.make_handoff<int>("entering");
  auto& leaving = graph.make_handoff<int>("leaving");
  auto& next = graph.make_handoff<int>("next", Delay::iteration);
  graph.make_subgraph("body", loop.at(1), from(entering), to(leaving), [](auto&, auto&) {});
  EXPECT_DEATH(graph.make_subgraph("late", 1, from(), to(entering), [](auto&) {}),
               "enters_from_below");
  EXPECT_DEATH(graph.make_subgraph("early", 2, from(leaving), to(), [](auto&) {}), "leaves_above");
  graph.make_subgraph("outside", 0, from(), to(next), [](auto&) {});
  EXPECT_DEATH(graph.make_subgraph("inside", loop.at(0), from(next), to(), [](auto&) {}),
               "stays_in_a_loop");
  EXPECT_DEATH(graph.make_loop("too wide", 1, 2, {.parent = &loop}), "fits_into_parent");
  EXPECT_DEATH(loop.at(2), "last_");
}

TEST(LoopDeathTest, OnlyABodyAsksForAnIteration) {
  Graph graph;
  graph.make_subgraph("outside", 0, {}, {}, [](Activation& activation) { activation.repeat(); });
  EXPECT_DEATH(graph.run_tick(), "loop != nullptr");
}

}  // namespace
}  // namespace weir

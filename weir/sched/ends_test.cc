// Hand-written subgraphs with typed ends, and their state.

#include "weir/sched/ends.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"
#include "weir/sched/state.h"

namespace weir {
namespace {

TEST(CoreApi, J1_map_filter) {
  Graph graph;
  auto& source = graph.make_handoff<int>("source");
  auto& mapped = graph.make_handoff<int>("mapped");
  auto& filtered = graph.make_handoff<int>("filtered");
  std::vector<int> sink;
  graph.make_subgraph("map", 0, from(source), to(mapped),
                      [](auto& in, auto& out) { in.drain([&](int v) { out.push(3 * v + 1); }); });
  graph.make_subgraph("filter", 0, from(mapped), to(filtered), [](auto& in, auto& out) {
    in.drain([&](int v) {
      if (v % 2 == 0) out.push(v);
    });
  });
  graph.make_subgraph("sink", 0, from(filtered), to(),
                      [&](auto& in) { in.drain([&](int v) { sink.push_back(v); }); });
  for (int const v : {1, 2, 3, 4}) source.push(v);
  EXPECT_EQ(graph.run_available(), 1u);
  EXPECT_EQ(sink, (std::vector{4, 10}));
}

TEST(CoreApi, J3_input_handle) {
  Graph graph;
  Input<int> input;
  std::vector<int> sink;
  graph.make_subgraph("sink", 0, from(input), to(),
                      [&](auto& in) { in.drain([&](int v) { sink.push_back(v); }); });
  for (int const v : {1, 2, 3}) input.give(v);
  graph.run_available();
  EXPECT_EQ(sink, (std::vector{1, 2, 3}));
  for (int const v : {4, 5, 6}) input.give(v);
  graph.run_available();
  EXPECT_EQ(sink, (std::vector{1, 2, 3, 4, 5, 6}));
}

// Any number of ends of any types; exactly one 5 comes out.
TEST(CoreApi, J4_n_m) {
  Graph graph;
  auto& number = graph.make_handoff<int>("number");
  auto& word = graph.make_handoff<std::string>("word");
  auto& owner = graph.make_handoff<std::unique_ptr<int>>("owner");
  auto& doubled = graph.make_handoff<double>("doubled");
  auto& spelt = graph.make_handoff<std::string>("spelt");
  std::vector<std::string> sink;
  graph.make_subgraph("source", 0, from(), to(number, word, owner),
                      [](auto& to_number, auto& to_word, auto& to_owner) {
                        to_number.push(5);
                        to_word.push("five");
                        to_owner.push(std::make_unique<int>(55));
                      });
  graph.make_subgraph(
      "three to two", 0, from(number, word, owner), to(doubled, spelt),
      [](auto& in_number, auto& in_word, auto& in_owner, Handoff<double>& to_doubled,
         Handoff<std::string>& to_spelt) {
        in_number.drain([&](int v) { to_doubled.push(v * 1.0); });
        in_word.drain([&](std::string&& v) { to_spelt.push(std::move(v)); });
        in_owner.drain([&](std::unique_ptr<int>&& v) { to_spelt.push(std::to_string(*v)); });
      });
  graph.make_subgraph("sink", 0, from(doubled, spelt), to(), [&](auto& in_double, auto& in_spelt) {
    in_double.drain([&](double v) { sink.push_back(std::to_string(static_cast<int>(v))); });
    in_spelt.drain([&](std::string&& v) { sink.push_back(std::move(v)); });
  });
  graph.run_available();
  EXPECT_EQ(sink, (std::vector<std::string>{"5", "five", "55"}));
}

TEST(CoreApi, J5_ping_pong) {
  struct Player {
    Graph graph;
    Channel<int> channel{16};
  };
  Player ping;
  Player pong;
  std::vector<int> log;
  auto const play = [&](Player& player, Player& other) {
    player.graph.make_subgraph("player", 0, from(player.channel), to(), [&](auto& in) {
      in.drain([&](int v) {
        log.push_back(v);
        if (v > 0) other.channel.send(v - 1);
      });
    });
  };
  play(ping, pong);
  play(pong, ping);
  ping.channel.send(10);
  while (ping.graph.can_start() || pong.graph.can_start()) {  // 10 messages and the first ticks
    if (ping.graph.can_start()) ping.graph.run_available();
    if (pong.graph.can_start()) pong.graph.run_available();
  }
  EXPECT_EQ(log, (std::vector{10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));
}

struct Employee {
  std::string name;
  std::string department;
  int salary;
};

TEST(CoreApi, D9_groupby) {
  Graph graph;
  Input<Employee> employees;
  auto& departments = graph.make_handoff<std::string>("departments");
  auto& salaries = graph.make_state<std::map<std::string, int>>(forever);
  std::vector<std::string> out;
  graph.make_subgraph("group by", 0, from(employees), to(departments), uses(salaries),
                      [](auto& in, auto& to_departments, auto& sums) {
                        in.drain([&](Employee&& employee) {
                          int& sum = sums[employee.department];
                          bool const before = sum >= 20'000;
                          sum += employee.salary;
                          if (!before && sum >= 20'000) to_departments.push(employee.department);
                        });
                      });
  graph.make_subgraph("sink", 0, from(departments), to(), [&](auto& in) {
    in.drain([&](std::string&& department) { out.push_back(std::move(department)); });
  });
  auto const batch = [&](std::vector<Employee> const& all) {
    for (Employee const& employee : all) employees.give(employee);
    graph.run_available();
    return out;
  };
  EXPECT_EQ(batch({{"Davis", "hr", 7000},
                   {"Megan", "accounting", 6500},
                   {"Zach", "sales", 8000},
                   {"Pierce", "accounting", 7100},
                   {"Alexa", "sales", 9000}}),
            (std::vector<std::string>{}));
  EXPECT_EQ(batch({{"Joanne", "engineering", 6800},
                   {"Suzanne", "hr", 5900},
                   {"Raul", "engineering", 12'000},
                   {"Buffy", "sales", 8800},
                   {"Chaitali", "accounting", 6900}}),
            (std::vector<std::string>{"sales", "accounting"}));
  EXPECT_EQ(
      batch({{"Rene", "engineering", 7000}, {"Miles", "hr", 6100}, {"Phillip", "sales", 5800}}),
      (std::vector<std::string>{"sales", "accounting", "engineering"}));
}

TEST(CoreApi, ARunFunctionThatReturnsNothingYieldsForWhatItCouldNotDrain) {
  Graph graph;
  graph.set_budget({.items = 3});
  auto& numbers = graph.make_handoff<int>("numbers");
  auto& sums = graph.make_handoff<int>("sums");
  auto& total = graph.make_state<int>(none, 100);
  std::vector<int> out;
  Subgraph& sum = graph.make_subgraph("sum", 0, from(numbers), to(sums), uses(total),
                                      [](auto& in, auto& to_sums, int& so_far) {
                                        bool const all = in.drain([&](int v) { so_far += v; });
                                        if (all) to_sums.push(so_far);
                                      });
  graph.make_subgraph("sink", 1, from(sums), to(),
                      [&](auto& in) { in.drain([&](int v) { out.push_back(v); }); });
  for (int v = 1; v <= 10; ++v) numbers.push(v);
  int turns = 1;
  while (graph.run_tick() == Status::yielded) ++turns;
  EXPECT_EQ(turns, 4);
  EXPECT_EQ(sum.counters.yields, 3u);
  EXPECT_EQ(out, std::vector{155});  // a yield is not the end of a run
  numbers.push(1);
  graph.schedule(sum);
  graph.run_tick();
  EXPECT_EQ(out, (std::vector{155, 101}));
}

TEST(CoreApi, ARunFunctionMayKnowItsStatusBetter) {
  Graph graph;
  int runs = 0;
  graph.make_subgraph("waits", 0, from(), to(), [&](Activation& activation) {
    EXPECT_EQ(activation.first_in_tick, runs == 0);
    EXPECT_EQ(activation.iteration(), 0u);  // of no loop
    return ++runs < 3 ? Status::yielded : Status::done;
  });
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(graph.run_tick(), Status::done);
  EXPECT_EQ(runs, 3);
}

TEST(CoreApi, WhatReplaysRunsInEveryTick) {
  Graph graph;
  std::vector<std::uint64_t> ticks;
  graph.make_subgraph("replays", replaying(0), from(), to(),
                      [&](Activation& activation) { ticks.push_back(activation.tick); });
  for (int i = 0; i < 3; ++i) graph.run_available();
  EXPECT_EQ(ticks, (std::vector<std::uint64_t>{0, 1, 2}));
}

// One subgraph that adds what it is given to a state of each lifetime.
struct Lifetimes {
  Graph graph;
  Handoff<int>& around = graph.make_handoff<int>("around");
  State<int, None>& of_run = graph.make_state<int>(none, 1);
  State<int, Tick>& of_tick = graph.make_state<int>(tick, 10);
  State<int, Forever>& of_graph = graph.make_state<int>(forever, 100);
  std::vector<std::vector<int>> seen;
  Subgraph& subgraph =
      graph.make_subgraph("adds", 0, from(around), to(around), uses(of_run, of_tick, of_graph),
                          [this](auto& in, auto& back, int& a, int& b, int& c) {
                            in.drain([&](int v) {
                              for (int* sum : {&a, &b, &c}) *sum += v;
                              if (v > 1) back.push(v - 1);  // the subgraph runs again in this tick
                            });
                            seen.push_back({a, b, c});
                          });
  void give(int v) {
    around.push(v);
    graph.schedule(subgraph);
    graph.run_tick();
  }
};

TEST(State, BeginsAnewWhenItsLifetimeEnds) {
  Lifetimes lifetimes;
  lifetimes.give(3);
  lifetimes.give(2);
  EXPECT_EQ(lifetimes.seen,
            (std::vector<std::vector<int>>{
                {4, 13, 103}, {3, 15, 105}, {2, 16, 106}, {3, 12, 108}, {2, 13, 109}}));
  EXPECT_EQ(*lifetimes.of_run, 1);
  EXPECT_EQ(*lifetimes.of_tick, 10);
  EXPECT_EQ(*lifetimes.of_graph, 109);
}

TEST(State, NothingIsResetForASubgraphThatDidNotRun) {
  Lifetimes lifetimes;
  lifetimes.give(1);
  *lifetimes.of_tick = 77;  // by hand, between ticks
  lifetimes.graph.run_tick();
  EXPECT_EQ(*lifetimes.of_tick, 77);
  lifetimes.give(1);
  EXPECT_EQ(lifetimes.seen.back()[1], 78);
  EXPECT_EQ(*lifetimes.of_tick, 10);
}

TEST(State, SeveralSubgraphsMayUseTheSame) {
  Graph graph;
  auto& seen = graph.make_state<std::set<int>>(tick);
  Input<int> input;
  std::vector<std::size_t> sizes;
  graph.make_subgraph("collect", 0, from(input), to(), uses(seen),
                      [](auto& in, auto& all) { in.drain([&](int v) { all.insert(v); }); });
  graph.make_subgraph("look", replaying(1), from(), to(), uses(seen),
                      [&](auto& all) { sizes.push_back(all.size()); });
  for (int const v : {1, 2, 1}) input.give(v);
  graph.run_tick();
  input.give(1);
  graph.run_tick();
  graph.run_tick();
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 1, 0}));
}

TEST(State, KeepsItsMemoryAndTakesWhatCannotBeCopied) {
  Graph graph;
  auto& buffer = graph.make_state<std::vector<int>>(tick);
  auto& owners = graph.make_state<std::vector<std::unique_ptr<int>>>(none);
  auto& one = graph.make_state<std::unique_ptr<int>>(tick, std::make_unique<int>(4));
  auto& names = graph.make_state(tick, std::vector<std::string>{"always there"});
  int runs = 0;
  Subgraph& subgraph =
      graph.make_subgraph("fills", 0, from(), to(), uses(buffer, owners, one, names),
                          [&](auto& all, auto& owned, auto& single, auto& named) {
                            EXPECT_TRUE(all.empty());
                            EXPECT_TRUE(owned.empty());
                            EXPECT_EQ(single != nullptr, runs == 0);  // it cannot be made as it was
                            EXPECT_EQ(named.size(), 1u);
                            all.resize(1000);
                            owned.push_back(std::make_unique<int>(1));
                            single.reset();
                            named.push_back("only now");
                            ++runs;
                          });
  graph.run_tick();
  std::size_t const capacity = buffer->capacity();
  EXPECT_GE(capacity, 1000u);
  EXPECT_GE(owners->capacity(), 1u);
  graph.schedule(subgraph);
  graph.run_tick();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(buffer->capacity(), capacity);
}

TEST(State, MayHoldViewsUntilTheTickEnds) {
  Graph graph;
  auto& views = graph.make_state<std::vector<View>>(tick);
  static_assert(std::is_same_v<decltype(views), State<std::vector<View>, Tick>&>);
  EXPECT_TRUE(views->empty());
}

TEST(CoreApi, AGraphGrowsBetweenTicks) {
  Graph graph;
  Input<int> input;
  auto& first = graph.make_handoff<int>("first");
  graph.make_subgraph("source", 0, from(input), to(first),
                      [](auto& in, auto& out) { in.drain([&](int v) { out.push(v); }); });
  input.give(1);
  graph.run_available();  // nobody reads: it waits
  EXPECT_EQ(first.length(), 1u);
  std::vector<std::vector<int>> out(3);
  std::vector<Handoff<int>*> links{&first};
  for (std::size_t peer = 0; peer < 3; ++peer) {
    links.push_back(&graph.make_handoff<int>("link"));
    auto& total = graph.make_state<int>(tick);
    graph.make_subgraph("peer", static_cast<Stratum>(peer + 1), from(*links[peer]),
                        to(*links[peer + 1]), uses(total),
                        [&out, peer](auto& in, auto& next, int& sum) {
                          in.drain([&](int v) {
                            out[peer].push_back(sum += v);
                            next.push(v);
                          });
                        });
    EXPECT_TRUE(graph.reaches(*graph.subgraphs().front(), *graph.subgraphs().back()));
    input.give(static_cast<int>(10 * peer));
    graph.run_available();
  }
  EXPECT_EQ(out[0], (std::vector{1, 1, 10, 20}));
  EXPECT_EQ(out[1], (std::vector{1, 1, 11, 20}));  // what had waited came with what was new
  EXPECT_EQ(out[2], (std::vector{1, 1, 11, 31}));
}

}  // namespace
}  // namespace weir

#include "weir/sched/tee.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "weir/sched/ends.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"

namespace weir {
namespace {

using Ticked = std::vector<std::pair<std::uint64_t, std::string>>;

// input ─▶ tee ─▶ as many readers as one likes.
struct Teed {
  Graph graph;
  Input<std::string> input;
  TeeingHandoff<std::string>& tee = graph.make_tee<std::string>("words");

  Teed() {
    graph.make_subgraph("writer", 0, from(input), to(tee), [](auto& in, auto& out) {
      in.drain([&](std::string&& word) { out.push(std::move(word)); });
    });
  }
  Handoff<std::string>& add_reader(Ticked& seen, std::string_view name = {},
                                   Delay delay = Delay::none) {
    Handoff<std::string>& reader = tee.add_reader(name, delay);
    graph.make_subgraph("reader", 1, from(reader), to(), [&](Activation& activation, auto& in) {
      in.drain([&](std::string&& word) { seen.emplace_back(activation.tick, std::move(word)); });
    });
    return reader;
  }
  void give(std::initializer_list<char const*> words) {
    for (char const* word : words) input.give(std::string(word));
    graph.run_available();
  }
};

TEST(TeeingHandoff, EachReaderIsGivenEveryItemInOrder) {
  Teed teed;
  Ticked a;
  Ticked b;
  Ticked c;
  for (Ticked* seen : {&a, &b, &c}) teed.add_reader(*seen);
  teed.give({"a word that is longer than any string keeps in itself", "two"});
  teed.give({"three"});
  EXPECT_EQ(a, (Ticked{{0, "a word that is longer than any string keeps in itself"},
                       {0, "two"},
                       {1, "three"}}));
  EXPECT_EQ(b, a);
  EXPECT_EQ(c, a);
}

TEST(TeeingHandoff, WithoutReadersWhatIsWrittenIsDiscarded) {
  Teed teed;
  teed.give({"nobody", "listens"});
  Ticked seen;
  Handoff<std::string>& reader = teed.add_reader(seen);
  EXPECT_TRUE(reader.empty());
  teed.give({"now"});
  EXPECT_EQ(seen, (Ticked{{1, "now"}}));
}

TEST(TeeingHandoff, AReaderThatJoinsSeesWhatIsWrittenAfterwards) {
  Teed teed;
  Ticked early;
  Ticked late;
  teed.add_reader(early);
  teed.give({"one"});
  teed.add_reader(late);
  teed.give({"two"});
  EXPECT_EQ(early, (Ticked{{0, "one"}, {1, "two"}}));
  EXPECT_EQ(late, (Ticked{{1, "two"}}));
}

TEST(TeeingHandoff, AReaderThatIsDroppedSeesNothingMore) {
  Teed teed;
  Ticked stays;
  Ticked leaves;
  Handoff<std::string>& dropped = teed.add_reader(leaves);
  teed.add_reader(stays);
  teed.give({"one"});
  std::uint64_t const before = teed.graph.generation();
  teed.tee.drop(dropped);
  EXPECT_NE(teed.graph.generation(), before);
  EXPECT_EQ(teed.tee.reader_count(), 1u);
  EXPECT_FALSE(teed.graph.reaches(*teed.graph.subgraphs()[0], *teed.graph.subgraphs()[1]));
  EXPECT_TRUE(teed.graph.reaches(*teed.graph.subgraphs()[0], *teed.graph.subgraphs()[2]));
  // Its subgraph is still there and may run.
  teed.graph.schedule(*teed.graph.subgraphs()[1]);
  teed.give({"two"});
  EXPECT_EQ(leaves, (Ticked{{0, "one"}}));
  EXPECT_EQ(stays, (Ticked{{0, "one"}, {1, "two"}}));
  EXPECT_EQ(teed.graph.handoffs().size(), 2u);  // the input's and the one that stays
}

TEST(TeeingHandoff, WhatADroppedReaderHadNotReadIsGone) {
  Teed teed;
  Handoff<std::string>& nobodys = teed.tee.add_reader("nobody's");
  teed.give({"long enough to have memory of its own, which is given back"});
  EXPECT_EQ(nobodys.length(), 1u);
  teed.tee.drop(nobodys);
  EXPECT_TRUE(nobodys.empty());
  // A part of it was read.
  Handoff<std::string>& halfway = teed.tee.add_reader("halfway");
  teed.give({"one", "two", "three"});
  std::int64_t budget = 1;
  EXPECT_FALSE(halfway.drain([](std::string&&) {}, budget));
  teed.give({"four"});
  EXPECT_EQ(halfway.length(), 3u);
  teed.tee.drop(halfway);
  EXPECT_TRUE(halfway.empty());
  EXPECT_EQ(teed.tee.reader_count(), 0u);
}

TEST(TeeingHandoff, EachReaderHasItsOwnPlaceInTimeAndItsOwnCounters) {
  Teed teed;
  Ticked now;
  Ticked next;
  Handoff<std::string>& prompt = teed.add_reader(now, "prompt");
  teed.give({"zero"});
  Handoff<std::string>& deferred = teed.add_reader(next, "deferred", Delay::tick);
  teed.give({"one", "two"});
  EXPECT_EQ(now, (Ticked{{0, "zero"}, {1, "one"}, {1, "two"}}));
  EXPECT_EQ(next, (Ticked{{2, "one"}, {2, "two"}}));
  EXPECT_EQ(prompt.counters().items, 3u);
  EXPECT_EQ(deferred.counters().items, 2u);
  EXPECT_EQ(prompt.counters().high_water, 2u);
  EXPECT_EQ(prompt.name, "prompt");
  EXPECT_EQ(deferred.name, "deferred");
}

TEST(TeeingHandoff, AReaderMayBeSlow) {
  Teed teed;
  teed.graph.set_budget({.items = 2});
  Ticked a;
  Ticked b;
  teed.add_reader(a);
  teed.add_reader(b);
  for (char const* word : {"1", "2", "3", "4", "5"}) teed.input.give(std::string(word));
  int turns = 1;
  while (teed.graph.run_tick() == Status::yielded) ++turns;
  EXPECT_GT(turns, 5);
  EXPECT_EQ(a.size(), 5u);
  EXPECT_EQ(b, a);
}

TEST(TeeingHandoff, SeveralMayWrite) {
  Teed teed;
  Input<std::string> other;
  Ticked early;
  Ticked late;
  teed.add_reader(early);
  teed.graph.make_subgraph("other", 0, from(other), to(teed.tee), [](auto& in, auto& out) {
    in.drain([&](std::string&& word) { out.push(std::move(word)); });
  });
  teed.add_reader(late);
  other.give(std::string("from the other"));
  teed.give({"from the first"});
  EXPECT_EQ(early.size(), 2u);
  EXPECT_EQ(late, early);
}

TEST(TeeingHandoff, ManyAtATime) {
  TeeingHandoff<int> tee;
  Handoff<int>& a = tee.add_reader();
  Handoff<int>& b = tee.add_reader();
  int const some[] = {1, 2, 3};
  tee.append(some, 3);
  EXPECT_EQ(a.length(), 3u);
  EXPECT_EQ(b.length(), 3u);
  tee.drop(a);
  tee.append(some, 2);
  EXPECT_EQ(a.length(), 0u);
  EXPECT_EQ(b.length(), 5u);
}

TEST(TeeingHandoffDeathTest, OnlyBetweenTicksAndOnlyItsOwn) {
  Teed teed;
  Ticked seen;
  Handoff<std::string>& reader = teed.add_reader(seen);
  teed.graph.make_subgraph("too early", 0, {}, {}, [&](Activation&) { teed.tee.drop(reader); });
  EXPECT_DEATH(teed.graph.run_tick(), "!mid_tick_");
  Handoff<std::string> other;
  EXPECT_DEATH(teed.tee.drop(other), "was_its_own");
}

}  // namespace
}  // namespace weir

// source(input) and dest(output): what flows and hand-written subgraphs are joined by.
#include <string>

#include "tests/flow/flow_testing.h"
#include "weir/sched/ends.h"
#include "weir/sched/tee.h"

namespace weir {
namespace {

// An input that somebody wrote by hand: the numbers below a limit.
struct Counting {
  using value_type = int;
  int next = 0;
  int limit = 0;

  template <class Push>
  bool drain(Push&& push, std::int64_t& budget) {
    for (; next < limit && budget > 0; --budget) push(next++);
    return next == limit;
  }
};

TEST(SourceDest, GivesWhatAHandWrittenInputHolds) {
  Counting input{.limit = 5};
  Out<int> out;
  Running df(flow(source(input) >> out.collect()), {.items = 2});
  df.run_tick();
  EXPECT_EQ(out.take(), numbers(0, 5));
  input.limit = 7;
  df.run_tick();  // nobody said that there is more
  EXPECT_EQ(out.take(), std::vector<int>());
  df.graph.schedule(*df.graph.subgraphs()[0]);
  df.run_tick();
  EXPECT_EQ(out.take(), numbers(5, 7));
}

// Flow, hand-written subgraph, flow: all in one graph, in one tick.
TEST(SourceDest, LeadsThroughAHandoffIntoASubgraphWrittenByHand) {
  Graph graph;
  Out<std::string> out;
  auto& numbers_out = graph.make_handoff<int>("numbers");
  Input<std::string> words_in;
  flow(source_iter(numbers(0, 3)) >> map([](int v) { return v * v; }) >> dest(numbers_out))
      .install(graph);
  graph.make_subgraph("by hand", 1, {&numbers_out}, {}, [&](Activation& activation) {
    auto const say = [&](int v) { words_in.give("number " + std::to_string(v)); };
    return numbers_out.drain(say, activation.budget) ? Status::done : Status::yielded;
  });
  flow(source_stream(words_in) >> out.collect()).install(graph);
  graph.run_available();
  EXPECT_EQ(out.ticked(), (Ticked<std::string>{{1, "number 0"}, {1, "number 1"}, {1, "number 4"}}));
}

// The other way round, whoever is made first: what is written by hand in a tick, the flow sees in
// it.
TEST(SourceDest, LeadsThroughAHandoffOutOfASubgraphWrittenByHand) {
  for (bool const flow_first : {true, false}) {
    Graph graph;
    Out<int> out;
    Input<int> in;
    auto& squares = graph.make_handoff<int>("squares");
    auto const by_hand = [&] {
      graph.make_subgraph("by hand", 0, from(in), to(squares), [](auto& numbers, auto& results) {
        numbers.drain([&](int v) { results.push(v * v); });
      });
    };
    if (!flow_first) by_hand();
    flow(source(squares) >> out.collect()).install(graph);
    if (flow_first) by_hand();
    graph.run_available();
    in.give(3);
    in.give(4);
    EXPECT_EQ(graph.run_available(), 1u);
    EXPECT_EQ(out.ticked(), (Ticked<int>{{1, 9}, {1, 16}}));
  }
}

TEST(SourceDest, ADestOfATeeingHandoffFeedsReadersThatComeAndGo) {
  Graph graph;
  Input<int> in;
  std::vector<int> first, second;
  auto& numbers_out = graph.make_tee<int>("numbers");
  auto const read = [&](std::vector<int>& into) -> Handoff<int>& {
    Handoff<int>& reader = numbers_out.add_reader();
    graph.make_subgraph("reader", 3, from(reader), to(),
                        [&into](auto& given) { given.drain([&](int v) { into.push_back(v); }); });
    return reader;
  };
  Handoff<int>& before = read(first);
  flow(source_stream(in) >> dest(numbers_out)).install(graph);
  read(second);
  in.give(1);
  graph.run_available();
  numbers_out.drop(before);
  in.give(2);
  graph.run_available();
  EXPECT_EQ(first, numbers(1, 2));
  EXPECT_EQ(second, numbers(1, 3));
}

// Several nodes of a flow may write to one handoff; and a delayed one makes the next tick happen.
TEST(SourceDest, ADestOfADelayedHandoffStartsTheNextTick) {
  Graph graph;
  std::vector<std::pair<std::uint64_t, int>> seen;
  auto& later = graph.make_handoff<int>("later", Delay::tick);
  flow(source_iter(numbers(0, 2)) >> dest(later), source_iter(numbers(2, 4)) >> dest(later))
      .install(graph);
  graph.make_subgraph("by hand", 0, from(later), to(), [&](Activation& activation, auto& given) {
    given.drain([&](int v) { seen.emplace_back(activation.tick, v); });
  });
  EXPECT_EQ(graph.run_available(), 2u);
  EXPECT_EQ(sorted(seen),
            (std::vector<std::pair<std::uint64_t, int>>{{1, 0}, {1, 1}, {1, 2}, {1, 3}}));
}

TEST(SourceDest, AnOutputIsAnythingOneCanPushTo) {
  struct Longest {
    using value_type = std::string;
    std::string value;
    void push(std::string&& text) {
      if (text.size() > value.size()) value = std::move(text);
    }
  } longest;
  Running df(flow(source_iter(std::vector<std::string>{"a", "abc", "ab"}) >> dest(longest)));
  df.run_tick();
  EXPECT_EQ(longest.value, "abc");
}

TEST(SourceDest, AFlowMayJoinAGraphThatHasRun) {
  Channel<int> in;
  Out<int> first;
  Out<int> second;
  Running df(flow(source_stream(in) >> first.collect()));
  df.run_available();
  flow(source_iter(numbers(0, 2)) >> fold(forever, zero, sum) >> second.collect())
      .install(df.graph);
  EXPECT_TRUE(df.graph.can_start());
  in.send(7);
  df.run_available();
  EXPECT_EQ(first.ticked(), (Ticked<int>{{1, 7}}));
  EXPECT_EQ(second.ticked(), (Ticked<int>{{1, 1}}));
}

}  // namespace
}  // namespace weir

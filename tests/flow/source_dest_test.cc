// source(input) and dest(output): what flows and hand-written subgraphs are joined by.
#include <string>

#include "tests/flow/flow_testing.h"

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
  graph.connect(graph.subgraphs()[0], numbers_out, nullptr);
  graph.make_subgraph("by hand", 1, {&numbers_out}, {}, [&](Activation& activation) {
    auto const say = [&](int v) { words_in.give("number " + std::to_string(v)); };
    return numbers_out.drain(say, activation.budget) ? Status::done : Status::yielded;
  });
  flow(source_stream(words_in) >> out.collect()).install(graph);
  graph.run_available();
  EXPECT_EQ(out.ticked(), (Ticked<std::string>{{1, "number 0"}, {1, "number 1"}, {1, "number 4"}}));
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

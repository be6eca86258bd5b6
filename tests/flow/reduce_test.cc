// reduce: what all items of a tick combine to, if there are any.
#include <memory>
#include <set>
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

// What comes out tick by tick when these batches go in.
template <class Op>
std::vector<std::vector<int>> reduced(Op op, std::vector<std::vector<int>> const& batches) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> std::move(op) >> out.collect()));
  std::vector<std::vector<int>> given;
  for (std::vector<int> const& batch : batches) {
    send(in, batch);
    df.run_tick();
    given.push_back(out.take());
  }
  return given;
}
using Given = std::vector<std::vector<int>>;

TEST(Reduce, C4_reduce_tick) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{1}) >> reduce(sum) >> out.collect()));
  for (int i = 0; i < 3; ++i) df.run_tick();
  EXPECT_EQ(out.take(), std::vector{1});
}

TEST(Reduce, D5_reduce_sum) {
  EXPECT_EQ(reduced(reduce(tick, sum), {{1, 2}, {3, 4}}), (Given{{3}, {7}}));
  EXPECT_EQ(reduced(reduce(forever, sum), {{1, 2}, {3, 4}}), (Given{{3}, {10}}));
}

TEST(Reduce, GivesAgainInEveryTickOnlyWhatLivesForever) {
  EXPECT_EQ(reduced(reduce(none, sum), {{}, {1, 2}, {}, {4}}), (Given{{}, {3}, {}, {4}}));
  EXPECT_EQ(reduced(reduce(tick, sum), {{}, {1, 2}, {}, {4}}), (Given{{}, {3}, {}, {4}}));
  EXPECT_EQ(reduced(reduce(forever, sum), {{}, {1, 2}, {}, {4}}), (Given{{}, {3}, {3}, {7}}));
}

TEST(ReduceNoReplay, GivesOnlyWhatChanged) {
  EXPECT_EQ(reduced(reduce_no_replay(sum), {{}, {1, 2}, {}, {4}}), (Given{{}, {3}, {}, {4}}));
  EXPECT_EQ(reduced(reduce_no_replay(none, sum), {{}, {1, 2}, {}, {4}}), (Given{{}, {3}, {}, {4}}));
  EXPECT_EQ(reduced(reduce_no_replay(forever, sum), {{}, {1, 2}, {}, {4}}),
            (Given{{}, {3}, {}, {7}}));
}

// Its subgraph runs in every tick, for the sake of another operator.
TEST(ReduceNoReplay, GivesNothingInARunOfOthers) {
  Channel<int> in;
  Out<int> out;
  static constexpr node<"both"> both;
  Running df(flow(source_stream(in) >> reduce_no_replay(forever, sum) >> both,
                  source_iter(std::vector{100}) >> persist() >> both,
                  both = union_() >> out.collect()));
  in.send(5);
  df.run_tick();
  EXPECT_EQ(out.bag(), (std::vector{5, 100}));
  df.run_tick();
  EXPECT_EQ(out.bag(), std::vector{100});
}

// What comes out sends the next item in, and the last one stops the graph.
TEST(Reduce, B15_run_yields) {
  Channel<int> in;
  std::set<int> totals;
  int next = 0;
  Graph* graph = nullptr;
  Running df(flow(source_stream(in) >> reduce(forever, sum) >> for_each([&](int total) {
                    totals.insert(total);
                    if (next < 10) in.send(next++);
                    else graph->stop();
                  })));
  graph = &df.graph;
  in.send(next++);
  df.graph.run();
  EXPECT_EQ(totals, (std::set{0, 1, 3, 6, 10, 15, 21, 28, 36, 45}));
}

TEST(Reduce, TakesWhatCanOnlyBeMoved) {
  using Text = std::unique_ptr<std::string>;
  Channel<Text> in;
  Out<std::string> out;
  Running df(flow(source_stream(in) >> reduce([](Text& all, Text some) { *all += *some; }) >>
                  map([](Text text) { return *text; }) >> out.collect()));
  for (char const* text : {"a", "b", "c"}) in.send(std::make_unique<std::string>(text));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<std::string>{"abc"});
  in.send(std::make_unique<std::string>("d"));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<std::string>{"d"});
}

TEST(Reduce, CallsItsFunctionInAllShapes) {
  using Pair = std::pair<int, int>;
  static constexpr node<"n"> n;
  Out<Pair> parts;
  Out<Pair> with_context;
  Out<Pair> with_both;
  Out<Pair> own;
  Running df(flow(n = source_iter(std::vector<Pair>{{1, 2}, {3, 4}}) >> tee(),
                  n >> reduce([](Pair& all, int a, int b) {
                    all.first += a;
                    all.second *= b;
                  }) >>
                      parts.collect(),
                  n >> reduce([](Context const& context, Pair& all, Pair const& some) {
                    all.first += some.first + static_cast<int>(context.current_tick);
                  }) >>
                      with_context.collect(),
                  n >> reduce([](Context const&, Pair& all, int a, int) { all.second -= a; }) >>
                      with_both.collect(),
                  n >> reduce([](Pair& all, Pair&& some) { all = some; }) >> own.collect()));
  df.run_tick();
  EXPECT_EQ(parts.take(), (std::vector<Pair>{{4, 8}}));
  EXPECT_EQ(with_context.take(), (std::vector<Pair>{{4, 2}}));
  EXPECT_EQ(with_both.take(), (std::vector<Pair>{{1, -1}}));
  EXPECT_EQ(own.take(), (std::vector<Pair>{{3, 4}}));
}

TEST(Reduce, MayBeASink) {
  std::vector<int> seen;
  Running df(flow(source_iter(numbers(0, 4)) >>
                  reduce([&seen](int&, int item) { seen.push_back(item); })));
  df.run_tick();
  EXPECT_EQ(seen, numbers(1, 4));
}

}  // namespace
}  // namespace weir

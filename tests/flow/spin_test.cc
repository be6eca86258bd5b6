// initialize and spin: sources that give one unit, in the first tick or in each.
#include <stdexcept>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

template <class T>
auto replaced_by(T value) {
  return map([value](unit) { return value; });
}

TEST(Initialize, GivesOneUnitInTheFirstTick) {
  Out<int> out;
  FlowScript script([&] { return flow(initialize() >> replaced_by(1) >> out.collect()); });
  script.run_available({}, {out.gives(1)});
  script.run_available();
  script.tick();
  EXPECT_EQ(script.differences(), "");
}

TEST(Spin, GivesOneUnitInEveryTickAndAsksForTheNext) {
  Out<int> out;
  Running df(flow(spin() >> replaced_by(1) >> out.collect()));
  for (std::uint64_t i = 0; i < 3; ++i) {
    df.run_tick();
    EXPECT_EQ(out.ticked(), (Ticked<int>{{i, 1}}));
    EXPECT_TRUE(df.graph.can_start());
  }
}

TEST(Spin, NeverLetsTheFlowRest) {
  Graph graph;
  int ticks = 0;
  flow(spin() >> for_each([&](unit) {
         if (++ticks == 100) throw std::runtime_error("enough");
       }))
      .install(graph);
  EXPECT_EQ(graph.run_available(), 99u);
  EXPECT_EQ(ticks, 100);
}

// Whatever the budget: however often its subgraph goes on, a tick has one.
TEST(Spin, GivesOneUnitInATickThatYields) {
  In<int> in;
  Out<int> out;
  FlowScript script([&] {
    static constexpr node<"both"> both;
    return flow(both = union_() >> out.collect(), spin() >> replaced_by(0) >> both,
                source_stream(in) >> both);
  });
  script.tick({in.gets(1, 2, 3, 4)}, {out.gives_bag(0, 1, 2, 3, 4)});
  script.tick({}, {out.gives(0)});
  EXPECT_EQ(script.differences(), "");
}

TEST(Spin, GivesOneUnitWhereItsSubgraphRunsSeveralTimesInATick) {
  Out<int> out;
  static constexpr node<"around"> around;
  Running df(flow(
      spin() >> replaced_by(0) >> around, around = union_() >> tee(),
      around >> filter([](int v) { return v < 3; }) >> map([](int v) { return v + 1; }) >> around,
      around >> out.collect()));
  df.run_tick();
  EXPECT_GT(df.graph.subgraphs()[0]->counters.runs, 1u);
  EXPECT_EQ(out.take(), numbers(0, 4));
  df.run_tick();
  EXPECT_EQ(out.take(), numbers(0, 4));
}

// Added to a graph that has run already.
TEST(Spin, InAGraphThatGrows) {
  Graph graph;
  flow(initialize() >> null()).install(graph);
  graph.run_tick();
  Out<int> out;
  flow(spin() >> replaced_by(1) >> out.collect()).install(graph);
  graph.run_tick();
  graph.run_tick();
  EXPECT_EQ(out.ticked(), (Ticked<int>{{1, 1}, {2, 1}}));
}

}  // namespace
}  // namespace weir

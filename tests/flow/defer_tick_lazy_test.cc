// defer_tick_lazy: what comes goes on in the next tick, whenever that is.
#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

static constexpr node<"a"> a;

TEST(DeferTickLazy, B7_defer_tick_lazy) {
  Out<int> out;
  Running df(flow(a = union_() >> tee(), source_iter(std::vector{1, 3}) >> a,
                  a >> defer_tick_lazy() >> map([](int v) { return 2 * v; }) >> a,
                  a >> out.collect()));
  for (auto const& expected : {std::vector{1, 3}, {2, 6}, {4, 12}, {8, 24}}) {
    EXPECT_EQ(df.run_available(), 1u);
    EXPECT_EQ(out.take(), expected);
  }
}

TEST(DeferTickLazy, WaitsUntilSomethingElseStartsATick) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> defer_tick_lazy() >> out.collect()));
  send(in, {1, 2});
  EXPECT_EQ(df.run_available(), 1u);
  EXPECT_FALSE(df.graph.can_start());
  send(in, {3});
  EXPECT_TRUE(df.graph.can_start());
  EXPECT_EQ(df.run_available(), 1u);
  EXPECT_EQ(out.ticked(), (Ticked<int>{{1, 1}, {1, 2}}));
}

TEST(DeferTickLazy, WhateverTheBudget) {
  In<int> in;
  Out<int> out;
  FlowScript script([&] { return flow(source_stream(in) >> defer_tick_lazy() >> out.collect()); });
  script.tick({in.gets(1, 2, 3, 4)});
  script.tick({in.gets(5)}, {out.gives(1, 2, 3, 4)});
  script.tick({}, {out.gives(5)});
  EXPECT_EQ(script.differences(), "");
}

}  // namespace
}  // namespace weir

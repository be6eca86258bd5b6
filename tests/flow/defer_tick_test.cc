// defer_tick: what comes goes on in the next tick, and makes it happen.
#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

static constexpr node<"a"> a;

TEST(DeferTick, B2_tick_loop) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{0}) >> a, a = union_() >> tee(),
                  a >> map([](int v) { return v + 1; }) >> filter([](int v) { return v < 10; }) >>
                      defer_tick() >> a,
                  a >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), numbers(0, 10));
  EXPECT_EQ(df.current_tick(), 10u);
}

TEST(DeferTick, B4_defer_tick_1) {
  Out<int> out;
  FlowScript script([&] {
    return flow(a = union_() >> tee(), source_iter(std::vector{1, 3}) >> a,
                a >> defer_tick() >> map([](int v) { return 2 * v; }) >> a, a >> out.collect());
  });
  script.tick({}, {out.gives(1, 3)});
  script.tick({}, {out.gives(2, 6)});
  script.tick({}, {out.gives(4, 12)});
  script.tick({}, {out.gives(8, 24)});
  EXPECT_EQ(script.differences(), "");
}

TEST(DeferTick, B6_defer_tick_3) {
  Out<int> out;
  FlowScript script([&] {
    return flow(
        a = union_() >> tee(), source_iter(std::vector{1, 3}) >> a,
        a >> defer_tick() >> defer_tick() >> defer_tick() >> map([](int v) { return 2 * v; }) >> a,
        a >> out.collect());
  });
  script.tick({}, {out.gives(1, 3)});
  script.tick();
  script.tick();
  script.tick({}, {out.gives(2, 6)});
  script.tick();
  EXPECT_EQ(script.differences(), "");
}

TEST(DeferTick, B17_deferred_no_io) {
  Graph graph;
  int delivered = 0;
  flow(source_iter(std::vector{unit{}}) >> defer_tick() >> for_each([&](unit) {
         ++delivered;
         graph.stop();
       }))
      .install(graph);
  graph.run();
  EXPECT_EQ(delivered, 1);
  EXPECT_EQ(graph.tick(), 2u);
}

TEST(DeferTick, L13_defer_tick) {
  In<int> in;
  Out<int> out;
  FlowScript script([&] { return flow(source_stream(in) >> defer_tick() >> out.collect()); });
  script.tick({in.gets(1, 2)});
  script.tick({in.gets(3)}, {out.gives(1, 2)});
  script.tick({}, {out.gives(3)});
  EXPECT_EQ(script.differences(), "");
}

TEST(DeferTick, L14_flip_flop) {
  std::vector<bool> seen;
  static constexpr node<"state"> state;
  Running df(flow(source_iter(std::vector{true}) >> state,
                  state = union_() >> inspect([&](bool v) { seen.push_back(v); }) >>
                          map([](bool v) { return !v; }) >> defer_tick(),
                  state >> state));
  for (bool const expected : {true, false, true, false}) {
    df.run_tick();
    EXPECT_EQ(seen, std::vector{expected});
    seen.clear();
  }
}

}  // namespace
}  // namespace weir

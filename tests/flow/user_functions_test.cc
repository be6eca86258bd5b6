// What user functions may ask about the moment, and what they may not keep.
#include <memory>
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

auto const instant = [](Context const& context, auto) { return context.now(); };

TEST(UserFunctions, B18_tick_start_time) {
  TestInput<int> in;
  TestOutput<Duration> late;
  FlowTest test(flow(source_stream(in) >> persist() >> map(instant) >> late.collect()));
  in.give(1);
  for (Duration elapsed = 0; elapsed < 3; ++elapsed) {
    test.run_tick();
    EXPECT_EQ(late.take(), std::vector{elapsed * 100 * milliseconds});
    test.advance(100 * milliseconds);
    late.take();
  }
}

TEST(UserFunctions, AllOfATickSeeTheSameInstant) {
  // The clock moves while the tick runs.
  TestClock clock;
  Graph graph;
  graph.set_clock(clock);
  std::vector<Instant> seen;
  flow(source_iter(numbers(0, 3)) >> inspect([&clock](int) { clock.advance(5); }) >> map(instant) >>
       for_each([&seen](Instant at) { seen.push_back(at); }))
      .install(graph);
  clock.advance(7);
  graph.run_tick();
  EXPECT_EQ(seen, (std::vector<Instant>{12, 12, 12}));
}

TEST(UserFunctions, KeepStateOfTheirOwnAsLongAsTheFlow) {
  TestInput<int> in;
  TestOutput<int> out;
  FlowTest test(flow(source_stream(in) >> map([count = 0](int) mutable { return ++count; }) >>
                     out.collect()));
  in.give({7, 7});
  test.run_tick();
  in.give(7);
  test.run_tick();
  EXPECT_EQ(out.take(), (std::vector{1, 2, 3}));
}

TEST(UserFunctions, MayMoveFromAnItemThatNobodyElseGets) {
  TestOutput<int> out;
  std::vector<std::unique_ptr<int>> items;
  items.push_back(std::make_unique<int>(5));
  FlowTest test(flow(source_iter(std::move(items)) >>
                     map([](std::unique_ptr<int> item) { return item; }) >>
                     map([](std::unique_ptr<int>&& item) { return std::move(item); }) >>
                     map([](std::unique_ptr<int> const& item) { return *item; }) >> out.collect()));
  test.run_tick();
  EXPECT_EQ(out.take(), std::vector{5});
}

}  // namespace
}  // namespace weir

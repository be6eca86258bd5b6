#include <optional>
#include <string>
#include <vector>

#include "tests/io/test_futures.h"
#include "tests/io/test_worker.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/flatten_stream.h"
#include "weir/io/source_async.h"
#include "weir/ring/async.h"
#include "weir/testing.h"

namespace weir {
namespace {

using Numbers = std::vector<int>;

// A stream that never waits.
struct ReadyStream {
  struct Next {
    std::optional<int> element;
    bool await_ready() const { return true; }
    void await_suspend(std::coroutine_handle<>) const {}
    std::optional<int> await_resume() const { return element; }
  };

  Numbers elements;
  std::size_t at = 0;

  Next next() { return {at < elements.size() ? std::optional<int>(elements[at++]) : std::nullopt}; }
};
struct EndlessStream {
  int number = 0;
  ReadyStream::Next next() { return {number++}; }
};

Numbers played(auto chain) {
  TestOutput<int> out;
  FlowTest test(flow(std::move(chain) >> out.collect()));
  test.run_tick();
  return out.take();
}

TEST(FlattenStream, A13_stream_flatten) {
  std::vector<ReadyStream> const streams{{{1, 2}}, {{3}}};
  std::vector<ReadyStream> const with_empty_ones{{{}}, {{1}}, {{}}};
  auto const twice = [](int x) { return ReadyStream{{x, 10 * x}}; };
  auto const none = [](int) { return ReadyStream{}; };
  Numbers const some{1, 2, 3};
  EXPECT_EQ(played(source_iter(streams) >> flatten_stream_blocking()), (Numbers{1, 2, 3}));
  EXPECT_EQ(played(source_iter(with_empty_ones) >> flatten_stream_blocking()), Numbers{1});
  EXPECT_EQ(played(source_iter(some) >> flat_map_stream_blocking(twice)),
            (Numbers{1, 10, 2, 20, 3, 30}));
  EXPECT_EQ(played(source_iter(some) >> flat_map_stream_blocking(none)), Numbers{});

  EXPECT_EQ(played(source_iter(streams) >> flatten_stream()), (Numbers{1, 2, 3}));
  EXPECT_EQ(played(source_iter(with_empty_ones) >> flatten_stream()), Numbers{1});
  EXPECT_EQ(played(source_iter(some) >> flat_map_stream(twice)), (Numbers{1, 10, 2, 20, 3, 30}));
  EXPECT_EQ(played(source_iter(some) >> flat_map_stream(none)), Numbers{});
}

TEST(FlattenStream, is_the_same_however_a_tick_yields) {
  TestInput<int> in;
  TestOutput<int> out;
  for (bool const blocking : {false, true}) {
    auto const some = [](int first) { return ReadyStream{{first, first + 1, first + 2}}; };
    auto const play = [&](auto make) {
      FlowScript script([&] { return flow(source_stream(in) >> make() >> out.collect()); });
      script.tick({in.gets(10, 20)}, {out.gives(10, 11, 12, 20, 21, 22)});
      script.tick({in.gets(30)}, {out.gives(30, 31, 32)});
      EXPECT_EQ(script.differences(), "");
    };
    if (blocking) play([&] { return flat_map_stream_blocking(some); });
    else play([&] { return flat_map_stream(some); });
  }
}

TEST(FlattenStream, elements_come_in_later_ticks_as_they_land) {
  Promises promises;
  TestInput<int> in;
  TestOutput<int> out;
  FlowTest test(flow(source_stream(in) >> flat_map_stream([&](int first) {
                       return PromisedStream(promises, first, first + 3);
                     }) >>
                     out.collect()));
  in.give(1, 5);
  test.run_tick();
  EXPECT_EQ(promises.begun, (Numbers{1, 5})) << "each one element ahead";
  promises.keep(5);
  promises.keep(6);
  EXPECT_EQ(test.run_available(), 1u);
  EXPECT_EQ(out.take(), (Numbers{50, 60}));
  EXPECT_TRUE(test.graph().awaits());
  for (int const number : {1, 2, 3}) {
    promises.keep(number);
    test.run_available();
  }
  EXPECT_EQ(out.take(), (Numbers{10, 20, 30}));
  promises.keep(7);
  test.run_available();
  EXPECT_EQ(out.take(), Numbers{70});
  EXPECT_FALSE(test.graph().awaits());
  EXPECT_EQ(promises.alive, 0);
}

TEST(FlattenStream, blocking_the_tick_gives_stream_after_stream) {
  Promises promises;
  TestInput<int> in;
  TestOutput<int> out;
  Graph graph;
  flow(source_stream(in) >> flat_map_stream_blocking([&](int first) {
         return PromisedStream(promises, first, first + 2);
       }) >>
       out.collect())
      .install(graph);
  in.give(1, 5);
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(promises.begun, (Numbers{1, 5}));
  promises.keep(5);
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(out.take(), Numbers{});
  EXPECT_EQ(promises.begun, (Numbers{1, 5})) << "no further than one element ahead";
  promises.keep(1);
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(out.take(), Numbers{10});
  promises.keep(2);
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(out.take(), (Numbers{20, 50}));
  promises.keep(6);
  EXPECT_EQ(graph.run_tick(), Status::done);
  EXPECT_EQ(out.ticked(), (Ticked<int>{{0, 60}}));
  EXPECT_EQ(promises.alive, 0);
}

TEST(FlattenStream, at_most_so_many_are_open) {
  for (bool const blocking : {false, true}) {
    Promises promises;
    TestOutput<int> out;
    Graph graph;
    auto const open = [&](int first) {
      return PromisedStream(promises, 10 * first, 10 * first + 2);
    };
    auto const install = [&](auto operation) {
      flow(source_iter(Numbers{1, 2, 3, 4}) >> std::move(operation) >> out.collect())
          .install(graph);
    };
    if (blocking) install(flat_map_stream_blocking(open, {.in_flight_max = 2}));
    else install(flat_map_stream(open, {.in_flight_max = 2}));
    graph.run_tick();
    EXPECT_EQ(promises.begun, (Numbers{10, 20}));
    EXPECT_EQ(graph.admits(), false);
    for (int const number : {10, 11}) {
      promises.keep(number);
      graph.run_tick();
    }
    EXPECT_EQ(promises.begun, (Numbers{10, 20, 11, 30})) << "the first has ended";
    for (int const number : {20, 21, 30, 31, 40, 41}) {
      promises.keep(number);
      graph.run_tick();
    }
    EXPECT_EQ(out.take(), (Numbers{100, 110, 200, 210, 300, 310, 400, 410}));
    EXPECT_TRUE(graph.admits() && graph.is_idle() && !graph.awaits());
    EXPECT_EQ(promises.alive, 0);
  }
}

TEST(FlattenStream, one_that_never_waits_and_never_ends_lets_ticks_end) {
  std::uint64_t count = 0;
  TestInput<int> in;
  int passed = 0;
  static constexpr node<"all"> all;
  FlowTest test(flow(all = source_stream(in) >> tee(), all >> for_each([&](int) { ++passed; }),
                     all >> flat_map_stream([](int) { return EndlessStream(); }) >>
                         for_each([&](int) { ++count; })));
  in.give(1);
  for (int i = 1; i <= 10; ++i) {
    test.run_tick();
    EXPECT_TRUE(test.graph().can_start());
  }
  EXPECT_GE(count, 10u * stream_burst_items_max);
  EXPECT_LE(count, 11u * (stream_burst_items_max + 1));
  in.give(2);
  test.run_tick();
  EXPECT_EQ(passed, 2);
}

TEST(FlattenStream, what_a_stream_throws_ends_the_flow_after_what_came_before) {
  for (bool const blocking : {false, true}) {
    Promises promises;
    promises.keep(1);
    promises.break_it(2);
    TestOutput<int> out;
    Graph graph;
    auto const open = [&](int first) { return PromisedStream(promises, first, first + 9); };
    if (blocking) {
      flow(source_iter(Numbers{1}) >> flat_map_stream_blocking(open) >> out.collect())
          .install(graph);
    } else {
      flow(source_iter(Numbers{1}) >> flat_map_stream(open) >> out.collect()).install(graph);
    }
    graph.run_available();
    ASSERT_NE(graph.failure(), nullptr);
    EXPECT_EQ(graph.failure()->node, blocking ? "flat_map_stream_blocking" : "flat_map_stream");
    EXPECT_EQ(graph.failure()->what, "promise 2 is broken");
    EXPECT_EQ(out.take(), Numbers{10});
  }
}

TEST(FlattenStream, a_flow_that_dies_destroys_its_streams) {
  for (bool const blocking : {false, true}) {
    for (int kept = 0; kept < 8; ++kept) {
      Promises promises;
      {
        Graph graph;
        auto const open = [&](int first) { return PromisedStream(promises, first, first + 3); };
        auto const install = [&](auto operation) {
          flow(source_iter(Numbers{1, 4, 7}) >> std::move(operation) >> null()).install(graph);
        };
        if (blocking) install(flat_map_stream_blocking(open, {.in_flight_max = 2}));
        else install(flat_map_stream(open, {.in_flight_max = 2}));
        graph.run_tick();
        for (int i = 1; i <= kept; ++i) {
          promises.keep(i);
          if (i < kept) graph.run_tick();
        }
      }
      EXPECT_EQ(promises.alive, 0);
      EXPECT_EQ(promises.in_flight(), 0u);
    }
  }
}

// ---- a stream as a source -----------------------------------------------------------------------

// Its elements, a millisecond after each other.
class Ticker {
 public:
  Ticker(Async ring, int end) : ring_(ring), end_(end) {}
  task<std::optional<int>> next() {
    int const number = number_++;
    return next_after(ring_, number < end_, number);
  }

 private:
  static task<std::optional<int>> next_after(Async ring, bool any, int number) {
    co_await ring.sleep(milliseconds);
    co_return any ? std::optional<int>(number) : std::nullopt;
  }
  Async ring_;
  int end_;
  int number_ = 0;
};

class SourceAsyncTest : public WorkerFixture {
 protected:
  Async ring() { return Async(worker().ring()); }
};
INSTANTIATE_TEST_SUITE_P(Kernels, SourceAsyncTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(SourceAsyncTest, gives_the_elements_of_a_stream_to_its_end) {
  Numbers out;
  worker().add(flow(source_stream(worker(), Ticker(ring(), 5)) >>
                    for_each([&](int number) { out.push_back(number); })));
  worker().run_to_end();
  EXPECT_EQ(out, (Numbers{0, 1, 2, 3, 4}));
}

TEST_P(SourceAsyncTest, a_stream_that_never_waits_fills_ticks_and_leaves_the_loop_its_turn) {
  std::uint64_t count = 0;
  std::uint64_t tick = 0;
  worker().add(
      flow(source_stream(worker(), EndlessStream()) >> for_each([&](Context const& context, int) {
             ++count;
             tick = context.current_tick;
           })));
  for (int i = 0; i < 10; ++i) worker().step();
  EXPECT_GE(tick, 9u);
  EXPECT_GE(count, 9u * stream_burst_items_max);
  EXPECT_LE(count, 11u * (stream_burst_items_max + 1));
  worker().stop();
  worker().run();
}

TEST_P(SourceAsyncTest, stop_asks_for_no_more_and_drops_what_is_in_flight) {
  Promises promises;
  promises.keep(1);
  Numbers out;
  FlowHandle const handle =
      worker().add(flow(source_stream(worker(), PromisedStream(promises, 1, 9)) >>
                        for_each([&](int number) { out.push_back(number); })));
  ASSERT_TRUE(until([&] { return !out.empty(); }));
  EXPECT_EQ(promises.in_flight(), 1u);
  worker().stop();
  worker().run();
  EXPECT_TRUE(handle.ended());
  EXPECT_EQ(out, Numbers{10});
  EXPECT_EQ(promises.alive, 0);
}

TEST_P(SourceAsyncTest, while_the_flow_is_held_it_is_one_element_ahead) {
  Promises promises;
  for (int i = 2; i < 9; ++i) promises.keep(i);
  Numbers out;
  WorkerEnd const end{worker_};
  FlowHandle handle = worker().add(flow(source_stream(worker(), PromisedStream(promises, 1, 9)) >>
                                        for_each([&](int number) { out.push_back(number); })));
  worker().step(worker().clock().now());
  Hold hold(handle.graph());
  hold.set();
  promises.keep(1);
  run_for(2 * milliseconds);
  EXPECT_EQ(out, Numbers{});
  EXPECT_EQ(promises.asked.size(), 1u);
  hold.release();
  worker().run_to_end();
  EXPECT_EQ(out, (Numbers{10, 20, 30, 40, 50, 60, 70, 80}));
}

TEST_P(SourceAsyncTest, what_the_stream_throws_ends_the_flow) {
  Promises promises;
  promises.break_it(1);
  FlowHandle const handle =
      worker().add(flow(source_stream(worker(), PromisedStream(promises, 1, 9)) >> null()));
  worker().run_to_end();
  EXPECT_EQ(failure_of(handle), "source_stream: promise 1 is broken");
  EXPECT_EQ(promises.alive, 0);
}

class SimulatedStreamTest : public SourceAsyncTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, SimulatedStreamTest, testing::ValuesIn(sim_kernels()), name_of);

TEST_P(SimulatedStreamTest, dropped_at_every_step) {
  for (int steps = 0; steps < 30; ++steps) {
    make_worker({});
    auto const open = [this](int number) { return Ticker(ring(), number); };
    worker().add(flow(source_stream(worker(), Ticker(ring(), 3)) >>
                      flat_map_stream(open, {.in_flight_max = 2}) >> null()));
    worker().add(flow(source_iter(Numbers{2, 1, 3}) >>
                      flat_map_stream_blocking(open, {.in_flight_max = 2}) >> null()));
    for (int i = 0; i < steps; ++i) worker().step(worker().clock().now() + milliseconds / 3);
    worker_.reset();
  }
}

}  // namespace
}  // namespace weir

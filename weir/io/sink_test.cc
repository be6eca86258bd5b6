#include "weir/io/sink.h"

#include <algorithm>
#include <coroutine>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/io/test_worker.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/eager.h"
#include "weir/io/file.h"

namespace weir {
namespace {

// A flow in a graph of its own.
struct Running {
  Graph graph;
  template <class F>
  explicit Running(F flow, TickBudget budget = {}) {
    graph.set_budget(budget);
    std::move(flow).install(graph);
  }
};

std::vector<int> numbers(int begin, int end) {
  std::vector<int> all;
  for (int i = begin; i < end; ++i) all.push_back(i);
  return all;
}

// ---- sinks with a buffer ------------------------------------------------------------------------

TEST(DestSink, B19_sink_backpressure) {
  BoundedSink<int> channel(5);
  Running running(flow(source_iter(numbers(0, 10)) >> dest_sink(channel)));
  running.graph.run_available();
  EXPECT_TRUE(running.graph.mid_tick());
  EXPECT_FALSE(running.graph.can_start()) << "nobody spins";
  EXPECT_EQ(running.graph.run_tick(), Status::yielded);
  EXPECT_EQ(channel.take_all(), numbers(0, 5));
  EXPECT_TRUE(running.graph.can_start());
  running.graph.run_available();
  EXPECT_EQ(channel.take_all(), numbers(5, 10));
  EXPECT_FALSE(running.graph.mid_tick());
}

TEST(DestSink, nothing_is_admitted_while_it_is_full) {
  BoundedSink<int> channel(1);
  Input<int> input;
  Running running(flow(source_stream(input) >> dest_sink(channel)));
  running.graph.run_available();
  for (int i = 0; i < 3; ++i) input.give(i);
  running.graph.run_available();
  std::uint64_t const tick = running.graph.tick();
  input.give(3);
  std::vector<int> taken;
  for (int i = 0; i < 3; ++i) {
    for (int number : channel.take_all()) taken.push_back(number);
    running.graph.run_available();
    // The tick ends with its last item; the next one is full with its first.
    EXPECT_EQ(running.graph.tick(), tick + static_cast<std::uint64_t>(i));
  }
  EXPECT_EQ(taken, numbers(0, 3));
  EXPECT_EQ(channel.take_all(), numbers(3, 4));
}

TEST(DestSink, other_sinks_hold_the_same_graph_by_themselves) {
  BoundedSink<int> one(2), two(3);
  static constexpr node<"all"> all;
  Running running(flow(all = source_iter(numbers(0, 4)) >> tee(), all >> dest_sink(one),
                       all >> dest_sink(two)));
  std::vector<int> from_one, from_two;
  for (int i = 0; i < 10 && from_one.size() + from_two.size() < 8; ++i) {
    running.graph.run_available();
    for (int number : one.take_all()) from_one.push_back(number);
    running.graph.run_available();
    for (int number : two.take_all()) from_two.push_back(number);
  }
  EXPECT_EQ(from_one, numbers(0, 4));
  EXPECT_EQ(from_two, numbers(0, 4));
}

TEST(DestSink, gives_no_more_than_the_budget_at_once) {
  BoundedSink<int> channel(100);
  Running running(flow(source_iter(numbers(0, 10)) >> dest_sink(channel)), {.items = 3});
  std::size_t before = 0;
  std::vector<int> taken;
  while (running.graph.run_tick() == Status::yielded) {
    for (int number : channel.take_all()) taken.push_back(number);
    EXPECT_LE(taken.size() - before, 3u);
    before = taken.size();
  }
  for (int number : channel.take_all()) taken.push_back(number);
  EXPECT_EQ(taken, numbers(0, 10));
}

TEST(DestSink, takes_what_cannot_be_copied) {
  BoundedSink<std::unique_ptr<int>> channel(1);
  Running running(flow(source_iter(numbers(0, 2)) >>
                       map([](int number) { return std::make_unique<int>(number); }) >>
                       dest_sink(channel)));
  running.graph.run_available();
  EXPECT_EQ(*channel.take_all().at(0), 0);
  running.graph.run_available();
  EXPECT_EQ(*channel.take_all().at(0), 1);
}

// A sink that frames what it is given: 1 byte of length, then the bytes; or the bytes alone.
struct FramingSink {
  bool with_length;
  std::size_t room = 8;
  std::string bytes{};
  Waker waker{};

  bool try_push(std::string_view frame) {
    std::size_t const size = frame.size() + (with_length ? 1 : 0);
    if (bytes.size() + size > room) return false;
    if (with_length) bytes += static_cast<char>(frame.size());
    bytes += frame;
    return true;
  }
  void when_room(Waker given) { waker = given; }
  std::string take() {
    std::string const taken = std::exchange(bytes, "");
    Waker const told = std::exchange(waker, {});
    if (told.wake != nullptr) told.wake(told.context);
    return taken;
  }
};

TEST(DestSink, B20_sink_frames) {
  for (bool const with_length : {true, false}) {
    FramingSink sink{with_length};
    Running running(
        flow(source_iter(std::vector<std::string>{"hello", "world"}) >> dest_sink(sink)));
    running.graph.run_available();
    std::string bytes = sink.take();
    EXPECT_EQ(bytes.size(), with_length ? 6u : 5u) << "there was room for one";
    running.graph.run_available();
    bytes += sink.take();
    EXPECT_EQ(bytes, with_length ? "\x05hello\x05world" : "helloworld");
  }
}

TEST(DestSink, a_sink_that_throws_ends_the_flow_by_name) {
  struct Refusing {
    bool try_push(int) { throw std::runtime_error("the pipe is broken"); }
    void when_room(Waker) {}
  } sink;
  static constexpr node<"outbox"> outbox;
  Running running(flow(outbox = dest_sink(sink), source_iter(numbers(0, 2)) >> outbox));
  running.graph.run_available();
  ASSERT_NE(running.graph.failure(), nullptr);
  EXPECT_EQ(running.graph.failure()->node, "outbox");
  EXPECT_EQ(running.graph.failure()->what, "the pipe is broken");
}

TEST(DestSink, several_flows_may_fill_one_sink) {
  BoundedSink<int> sink(2);
  Running one(flow(source_iter(numbers(0, 5)) >> dest_sink(sink)));
  Running two(flow(source_iter(numbers(5, 10)) >> dest_sink(sink)));
  std::vector<int> taken;
  for (int i = 0; i < 20 && taken.size() < 10; ++i) {
    one.graph.run_available();
    two.graph.run_available();
    EXPECT_FALSE(one.graph.can_start() || two.graph.can_start()) << "nobody spins";
    for (int const number : sink.take_all()) taken.push_back(number);
    EXPECT_FALSE(one.graph.held() || two.graph.held()) << "both are told";
  }
  std::sort(taken.begin(), taken.end());
  EXPECT_EQ(taken, numbers(0, 10));
}

TEST(DestSink, a_flow_that_dies_while_it_waits_is_told_nothing_more) {
  FramingSink sink{false, 3};
  {
    Running running(flow(source_iter(std::vector<std::string>{"abc", "def"}) >> dest_sink(sink)));
    running.graph.run_available();
    EXPECT_NE(sink.waker.wake, nullptr);
  }
  EXPECT_EQ(sink.waker.wake, nullptr);
}

// ---- the channel of another flow ----------------------------------------------------------------

TEST(DestSink, a_channel_takes_as_much_as_it_holds_in_a_tick_of_its_reader) {
  Channel<long> channel(3);
  std::vector<std::pair<std::uint64_t, long>> out;
  Running giving(flow(source_iter(numbers(0, 8)) >> dest_sink(channel)));
  Running taking(flow(source_stream(channel) >> for_each([&](Context const& now, long number) {
                        out.emplace_back(now.current_tick, number);
                      })));
  taking.graph.run_available();
  for (int turn = 0; turn < 2; ++turn) {
    giving.graph.run_available();
    EXPECT_TRUE(giving.graph.held());
    EXPECT_EQ(taking.graph.run_available(), 1u);
    EXPECT_TRUE(giving.graph.can_start()) << "the tick has made room";
  }
  giving.graph.run_available();
  EXPECT_FALSE(giving.graph.mid_tick());
  taking.graph.run_available();
  EXPECT_EQ(out, (std::vector<std::pair<std::uint64_t, long>>{
                     {1, 0}, {1, 1}, {1, 2}, {2, 3}, {2, 4}, {2, 5}, {3, 6}, {3, 7}}));
}

TEST(DestSink, a_flow_may_die_while_it_waits_for_a_channel) {
  Channel<int> channel(1);
  std::vector<int> out;
  Running taking(
      flow(source_stream(channel) >> for_each([&](int number) { out.push_back(number); })));
  {
    Running giving(flow(source_iter(numbers(0, 3)) >> dest_sink(channel)));
    giving.graph.run_available();
    EXPECT_TRUE(giving.graph.held());
  }
  taking.graph.run_available();  // tells nobody
  EXPECT_EQ(out, numbers(0, 1));
}

// ---- what is awaited ----------------------------------------------------------------------------

// Ends when the test says so.
struct Latches {
  std::vector<std::coroutine_handle<>> waiting;
  std::vector<std::string> begun;

  struct Pass {
    Latches* latches;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> handle) { latches->waiting.push_back(handle); }
    void await_resume() const {}
  };
  void open_one() {
    auto const handle = waiting.at(0);
    waiting.erase(waiting.begin());
    handle.resume();
  }
};

TEST(DestSink, awaits_each_item_before_the_next) {
  Latches latches;
  Running running(
      flow(source_iter(std::vector<std::string>{"a", "b", "c"}) >> dest_sink([&](std::string item) {
             latches.begun.push_back(std::move(item));
             return Latches::Pass{&latches};
           })));
  for (std::size_t i = 1; i <= 3; ++i) {
    running.graph.run_available();
    EXPECT_EQ(latches.begun.size(), i);
    EXPECT_TRUE(running.graph.mid_tick());
    EXPECT_FALSE(running.graph.can_start()) << "nobody spins";
    latches.open_one();
  }
  running.graph.run_available();
  EXPECT_FALSE(running.graph.mid_tick());
  EXPECT_EQ(latches.begun, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(DestSink, an_awaited_view_is_valid_until_it_is_done_with) {
  Latches latches;
  std::string written;
  Bytes const bytes("borrowed");
  Running running(
      flow(source_iter(std::vector<View>{bytes.view()}) >> dest_sink([&](View view) -> Eager {
             co_await Latches::Pass{&latches};
             written = view.text();
           })));
  running.graph.run_available();
  EXPECT_EQ(written, "");
  EXPECT_TRUE(running.graph.mid_tick());
  latches.open_one();
  EXPECT_EQ(written, "borrowed");
  running.graph.run_available();
  EXPECT_FALSE(running.graph.mid_tick());
}

TEST(DestSink, what_is_ready_at_once_neither_waits_nor_nests) {
  std::uint64_t total = 0;
  Running running(flow(source_iter(numbers(0, 200'000)) >> dest_sink([&](int number) -> Eager {
                         total += static_cast<std::uint64_t>(number);
                         co_return;
                       })));
  running.graph.run_available();
  EXPECT_EQ(total, 199'999ull * 100'000);
  EXPECT_EQ(running.graph.counters().yields, 0u);
}

TEST(DestSink, what_a_coroutine_throws_ends_the_flow_by_name) {
  for (bool const later : {false, true}) {
    Latches latches;
    static constexpr node<"outbox"> outbox;
    Running running(flow(outbox = dest_sink([&](int) -> Eager {
                           if (later) co_await Latches::Pass{&latches};
                           throw std::runtime_error("refused");
                         }),
                         source_iter(numbers(0, 2)) >> outbox));
    running.graph.run_available();
    if (later) {
      EXPECT_EQ(running.graph.failure(), nullptr);
      latches.open_one();
      running.graph.run_available();
    }
    ASSERT_NE(running.graph.failure(), nullptr);
    EXPECT_EQ(running.graph.failure()->node, "outbox");
    EXPECT_EQ(running.graph.failure()->what, "refused");
  }
}

TEST(DestSink, a_flow_that_dies_destroys_what_it_awaits) {
  struct Counted {
    int* alive;
    explicit Counted(int* count) : alive(count) { ++*alive; }
    Counted(Counted const&) = delete;
    ~Counted() { --*alive; }
  };
  Latches latches;
  int alive = 0;
  {
    Running running(flow(source_iter(numbers(0, 2)) >> dest_sink([&](int) -> Eager {
                           Counted const counted(&alive);
                           co_await Latches::Pass{&latches};
                         })));
    running.graph.run_available();
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

// ---- in a worker --------------------------------------------------------------------------------

class WorkerSinkTest : public WorkerFixture {};
INSTANTIATE_TEST_SUITE_P(Kernels, WorkerSinkTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(WorkerSinkTest, a_full_sink_suspends_the_source_and_the_worker_sleeps) {
  std::string content;
  for (int i = 0; i < 1000; ++i) content += std::to_string(i) + "\n";
  files_.put("in", content);
  FileLimits limits;
  limits.chunk_bytes = 64;
  BoundedSink<std::string> sink(3);
  WorkerEnd const end{worker_};
  FlowHandle handle =
      worker().add(flow(source_file(worker(), files_.path("in"), limits) >> dest_sink(sink)));
  ASSERT_TRUE(until([&] { return handle.graph().held(); }));
  run_for(2 * milliseconds);
  std::uint64_t const enters = worker().ring().counters().enters;
  run_for(5 * milliseconds);
  EXPECT_LT(worker().ring().counters().enters - enters, 30u) << "it sleeps";
  EXPECT_TRUE(worker().may_sleep());
  std::string taken;
  ASSERT_TRUE(until([&] {
    for (std::string const& line : sink.take_all()) taken += line + "\n";
    return taken.size() == content.size();
  }));
  EXPECT_EQ(taken, content);
}

TEST_P(WorkerSinkTest, one_flow_feeds_another_through_a_channel_that_is_often_full) {
  Channel<int> channel(7);
  std::vector<int> out;
  WorkerEnd const end{worker_};
  FlowHandle giving = worker().add(flow(source_iter(numbers(0, 1000)) >> dest_sink(channel)));
  FlowHandle taking = worker().add(
      flow(source_stream(channel) >> for_each([&](int number) { out.push_back(number); })));
  ASSERT_TRUE(until([&] { return out.size() == 1000; }));
  EXPECT_EQ(out, numbers(0, 1000));
  EXPECT_FALSE(giving.graph().mid_tick());
  EXPECT_GE(taking.graph().tick(), 1000u / 7);
  run_for(2 * milliseconds);
  EXPECT_TRUE(worker().may_sleep());
}

TEST_P(WorkerSinkTest, stop_waits_for_a_full_sink_as_long_as_it_may) {
  make_worker({}, 20 * milliseconds);
  BoundedSink<int> sink(3);
  WorkerEnd const end{worker_};
  FlowHandle handle = worker().add(flow(source_iter(numbers(0, 10)) >> dest_sink(sink)));
  ASSERT_TRUE(until([&] { return handle.graph().held(); }));
  Instant const before = worker().clock().now();
  worker().stop();
  worker().run();
  EXPECT_GE(worker().clock().now() - before, 20 * milliseconds);
  EXPECT_TRUE(handle.ended());
  EXPECT_EQ(sink.take_all(), numbers(0, 3));
}

}  // namespace
}  // namespace weir

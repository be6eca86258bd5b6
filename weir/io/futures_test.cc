#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/io/test_futures.h"
#include "tests/io/test_worker.h"
#include "weir/flow/flow.h"
#include "weir/flow/inspect.h"
#include "weir/flow/operators.h"
#include "weir/io/eager.h"
#include "weir/io/file.h"
#include "weir/io/resolve_futures.h"
#include "weir/io/tcp.h"
#include "weir/ring/async.h"
#include "weir/testing.h"

namespace weir {
namespace {

using Numbers = std::vector<int>;

Numbers numbers(int begin, int end) {
  Numbers all;
  for (int i = begin; i < end; ++i) all.push_back(i);
  return all;
}

// ---- the flow goes on ---------------------------------------------------------------------------

TEST(ResolveFutures, what_is_ready_goes_on_at_once) {
  Promises promises;
  for (int i = 1; i <= 3; ++i) promises.keep(i);
  TestInput<int> in;
  TestOutput<int> out;
  FlowScript script([&] {
    return flow(source_stream(in) >> map(promises.make()) >> resolve_futures() >> out.collect());
  });
  script.tick({in.gets(1, 2)}, {out.gives(10, 20)});
  script.tick({in.gets(3)}, {out.gives(30)});
  EXPECT_EQ(script.differences(), "");
}

TEST(ResolveFutures, the_flow_goes_on_and_answers_come_in_later_ticks) {
  Promises promises;
  TestInput<int> in;
  TestOutput<int> out;
  TestOutput<int> passed;
  static constexpr node<"all"> all;
  FlowTest test(flow(all = source_stream(in) >> tee(), all >> passed.collect(),
                     all >> map(promises.make()) >> resolve_futures() >> out.collect()));
  in.give(1, 2, 3);
  test.run_tick();
  EXPECT_EQ(passed.take(), (Numbers{1, 2, 3}));
  EXPECT_EQ(promises.begun, (Numbers{1, 2, 3})) << "all at once";
  EXPECT_FALSE(test.graph().can_start()) << "nobody spins";
  EXPECT_TRUE(test.graph().awaits());
  promises.keep(3);
  promises.keep(1);
  EXPECT_EQ(test.run_available(), 1u);
  EXPECT_EQ(out.ticked(), (Ticked<int>{{1, 30}, {1, 10}})) << "in the order of landing";
  in.give(4);
  test.run_tick();
  EXPECT_EQ(passed.take(), Numbers{4});
  promises.keep(4);
  promises.keep(2);
  EXPECT_EQ(test.run_available(), 1u);
  EXPECT_EQ(out.take(), (Numbers{40, 20}));
  EXPECT_FALSE(test.graph().awaits());
  EXPECT_EQ(promises.alive, 0);
}

TEST(ResolveFutures, ordered_answers_wait_for_those_before_them) {
  Promises promises;
  promises.keep(3);
  TestInput<int> in;
  TestOutput<int> out;
  FlowTest test(flow(source_stream(in) >> map(promises.make()) >> resolve_futures_ordered() >>
                     out.collect()));
  in.give(1, 2, 3, 4);
  test.run_tick();
  promises.keep(4);
  promises.keep(2);
  test.run_available();
  EXPECT_EQ(out.take(), Numbers{});
  promises.keep(1);
  EXPECT_EQ(test.run_available(), 1u);
  EXPECT_EQ(out.take(), (Numbers{10, 20, 30, 40}));
  in.give(3);
  test.run_tick();
  EXPECT_EQ(out.take(), Numbers{30}) << "ready, and nothing before it";
  EXPECT_FALSE(test.graph().awaits());
}

TEST(ResolveFutures, a_tick_yields_between_two_answers) {
  for (std::int64_t const budget : {1, 2, 3}) {
    Promises promises;
    TestInput<int> in;
    TestOutput<int> out;
    FlowTest test(flow(source_stream(in) >> map(promises.make()) >> resolve_futures_ordered() >>
                       out.collect()),
                  {.items = budget});
    in.give(numbers(0, 10));
    test.run_tick();
    for (int i = 9; i >= 0; --i) promises.keep(i);
    std::uint64_t const yields = test.graph().counters().yields;
    EXPECT_EQ(test.run_available(), 1u);
    EXPECT_GE(test.graph().counters().yields - yields, 9u / static_cast<std::uint64_t>(budget));
    EXPECT_EQ(out.take(), (Numbers{0, 10, 20, 30, 40, 50, 60, 70, 80, 90}));
  }
}

TEST(ResolveFutures, a_future_is_asked_once_whether_it_is_ready) {
  Promises promises;
  TestInput<int> in;
  FlowTest test(flow(source_stream(in) >> map(promises.make()) >> resolve_futures() >> null()));
  in.give(1, 2);
  test.run_tick();
  promises.keep(1);
  promises.keep(2);
  test.run_available();
  EXPECT_EQ(promises.asked, (std::map<int, int>{{1, 1}, {2, 1}}));
}

TEST(ResolveFutures, what_gives_nothing_becomes_a_unit) {
  Promises promises;
  int units = 0;
  TestInput<int> in;
  auto const work = [&](int number) -> Eager { co_await promises.future(number); };
  FlowTest test(flow(source_stream(in) >> map(work) >> resolve_futures() >>
                     for_each([&](unit) { ++units; })));
  promises.keep(1);
  in.give(1, 2);
  test.run_tick();
  EXPECT_EQ(units, 1);
  promises.keep(2);
  test.run_available();
  EXPECT_EQ(units, 2);
}

TEST(ResolveFutures, takes_tasks_and_answers_that_cannot_be_copied) {
  Promises promises;
  TestInput<int> in;
  Numbers out;
  auto const work = [&](int number) -> task<std::unique_ptr<int>> {
    int const answer = co_await promises.future(number);
    co_return std::make_unique<int>(answer);
  };
  FlowTest test(flow(source_stream(in) >> map(work) >> resolve_futures_ordered() >>
                     for_each([&](std::unique_ptr<int> answer) { out.push_back(*answer); })));
  promises.keep(1);
  in.give(1, 2);
  test.run_tick();
  EXPECT_EQ(out, Numbers{10});
  promises.keep(2);
  test.run_available();
  EXPECT_EQ(out, (Numbers{10, 20}));
}

// A future that can be copied, and so given to several.
struct Copied {
  int number;
  bool await_ready() const { return true; }
  void await_suspend(std::coroutine_handle<>) const {}
  int const& await_resume() const { return number; }
};

TEST(ResolveFutures, a_future_that_a_tee_shares_is_copied) {
  TestOutput<int> one;
  TestOutput<int> two;
  static constexpr node<"both"> both;
  FlowTest test(flow(both = source_iter(std::vector<Copied>{{1}, {2}}) >> tee(),
                     both >> resolve_futures() >> one.collect(),
                     both >> resolve_futures_blocking() >> two.collect()));
  test.run_available();
  EXPECT_EQ(one.take(), (Numbers{1, 2}));
  EXPECT_EQ(two.take(), (Numbers{1, 2}));
}

TEST(ResolveFutures, in_a_cycle_one_answer_asks_the_next_question) {
  Promises promises;
  TestOutput<int> out;
  static constexpr node<"asked"> asked;
  static constexpr node<"answered"> answered;
  FlowTest test(flow(asked = union_(), source_iter(Numbers{1}) >> asked,
                     answered = asked >> map(promises.make()) >> resolve_futures() >> tee(),
                     answered >> filter([](int answer) { return answer < 1000; }) >> asked,
                     answered >> out.collect()));
  promises.keep(1);
  promises.keep(10);
  test.run_tick();
  EXPECT_EQ(out.take(), (Numbers{10, 100})) << "what is ready runs to its fixed point";
  promises.keep(100);
  test.run_available();
  EXPECT_EQ(out.take(), Numbers{1000});
}

// ---- the tick stays open ------------------------------------------------------------------------

TEST(ResolveFuturesBlocking, the_tick_stays_open_until_all_have_landed) {
  for (bool const ordered : {false, true}) {
    Promises promises;
    promises.keep(2);
    TestInput<int> in;
    TestOutput<int> out;
    Graph graph;
    auto const collect = [&](auto resolve) {
      return flow(source_stream(in) >> map(promises.make()) >> std::move(resolve) >> out.collect());
    };
    if (ordered) collect(resolve_futures_blocking_ordered()).install(graph);
    else collect(resolve_futures_blocking()).install(graph);
    in.give(1, 2, 3);
    EXPECT_EQ(graph.run_tick(), Status::yielded);
    EXPECT_EQ(promises.begun, (Numbers{1, 3})) << "at the same time";
    EXPECT_FALSE(graph.can_start()) << "nobody spins";
    in.give(4);
    promises.keep(3);
    ASSERT_TRUE(graph.can_start());
    EXPECT_EQ(graph.run_tick(), Status::yielded);
    EXPECT_EQ(out.ticked(), ordered ? (Ticked<int>{}) : (Ticked<int>{{0, 20}, {0, 30}}));
    promises.keep(1);
    promises.keep(4);
    EXPECT_EQ(graph.run_tick(), Status::done);
    EXPECT_EQ(out.ticked(),
              ordered ? (Ticked<int>{{0, 10}, {0, 20}, {0, 30}}) : (Ticked<int>{{0, 10}}));
    EXPECT_EQ(graph.run_tick(), Status::done);
    EXPECT_EQ(out.ticked(), (Ticked<int>{{1, 40}})) << "came meanwhile, for the next tick";
    EXPECT_EQ(promises.alive, 0);
  }
}

TEST(ResolveFuturesBlocking, what_blocks_behind_it_sees_all_answers_of_the_tick) {
  Promises promises;
  TestInput<int> in;
  TestOutput<int> sum;
  Graph graph;
  flow(source_stream(in) >> map(promises.make()) >> resolve_futures_blocking() >>
       fold([] { return 0; }, [](int& all, int one) { all += one; }) >> sum.collect())
      .install(graph);
  in.give(1, 2, 3);
  graph.run_tick();
  for (int const number : {2, 3, 1}) {
    EXPECT_EQ(sum.take(), Numbers{});
    promises.keep(number);
    graph.run_tick();
  }
  EXPECT_EQ(sum.take(), Numbers{60});
}

TEST(ResolveFuturesBlocking, several_wait_side_by_side) {
  Promises promises;
  TestOutput<int> out;
  static constexpr node<"all"> all;
  Graph graph;
  flow(all = source_iter(Numbers{1, 2}) >> tee(),
       all >> map(promises.make()) >> resolve_futures_blocking() >> out.collect(),
       all >> map([&](int number) { return promises.future(number + 2); }) >>
           resolve_futures_blocking_ordered() >> out.collect())
      .install(graph);
  graph.run_tick();
  EXPECT_EQ(promises.begun.size(), 4u);
  for (int const number : {4, 1, 3}) {
    promises.keep(number);
    EXPECT_EQ(graph.run_tick(), Status::yielded);
  }
  promises.keep(2);
  EXPECT_EQ(graph.run_tick(), Status::done);
  EXPECT_EQ(out.bag(), (Numbers{10, 20, 30, 40}));
}

// A future of a view.
struct Borrowed {
  [[maybe_unused]] static constexpr bool borrows = true;
  View view;
  Promises::Future future;
  bool await_ready() { return future.await_ready(); }
  void await_suspend(std::coroutine_handle<> waiter) { future.await_suspend(waiter); }
  View await_resume() { return view; }
};

TEST(ResolveFuturesBlocking, takes_views_that_end_with_the_tick) {
  Promises promises;
  promises.keep(1);
  Bytes const bytes("borrowed");
  std::string out;
  Graph graph;
  flow(source_iter(Numbers{1, 2}) >> map([&](int number) {
         return Borrowed{bytes.view(), promises.future(number)};
       }) >>
       resolve_futures_blocking() >> for_each([&](View view) { out += view.text(); }))
      .install(graph);
  graph.run_tick();
  EXPECT_EQ(out, "borrowed");
  promises.keep(2);
  graph.run_tick();
  EXPECT_EQ(out, "borrowedborrowed");
}

// ---- how many -----------------------------------------------------------------------------------

TEST(ResolveFutures, at_most_so_many_are_in_flight_and_the_rest_begins_in_order) {
  for (int const kind : {0, 1, 2, 3}) {
    Promises promises;
    TestOutput<int> out;
    Graph graph;
    FutureLimits const limits{.in_flight_max = 3};
    auto const install = [&](auto resolve) {
      flow(source_iter(numbers(0, 10)) >> map(promises.make()) >> std::move(resolve) >>
           out.collect())
          .install(graph);
    };
    if (kind == 0) install(resolve_futures(limits));
    if (kind == 1) install(resolve_futures_ordered(limits));
    if (kind == 2) install(resolve_futures_blocking(limits));
    if (kind == 3) install(resolve_futures_blocking_ordered(limits));
    graph.run_tick();
    Numbers expected;
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(promises.begun, numbers(0, std::min(i + 3, 10))) << kind;
      promises.keep(i);
      graph.run_tick();
      expected.push_back(10 * i);
    }
    EXPECT_EQ(out.take(), expected) << kind;
    EXPECT_EQ(promises.alive, 0) << kind;
    EXPECT_TRUE(graph.is_idle() && !graph.awaits() && graph.admits()) << kind;
  }
}

TEST(ResolveFutures, while_more_wait_than_may_be_in_flight_nothing_new_is_admitted) {
  Promises promises;
  Channel<int> channel;
  TestOutput<int> out;
  Graph graph;
  flow(source_stream(channel) >> map(promises.make()) >> resolve_futures({.in_flight_max = 2}) >>
       out.collect())
      .install(graph);
  graph.run_tick();
  for (int i = 0; i < 4; ++i) channel.send(i);
  graph.run_tick();
  EXPECT_FALSE(graph.admits());
  channel.send(4);
  EXPECT_FALSE(graph.can_start()) << "nobody spins";
  promises.keep(1);
  ASSERT_TRUE(graph.can_start());
  graph.run_tick();
  EXPECT_EQ(out.take(), Numbers{10});
  EXPECT_FALSE(graph.admits()) << "one waits still";
  EXPECT_FALSE(graph.can_start());
  EXPECT_EQ(promises.alive, 3);
  promises.keep(0);
  graph.run_tick();
  EXPECT_TRUE(graph.admits());
  EXPECT_TRUE(graph.can_start());
  graph.run_available();
  EXPECT_EQ(promises.begun, (Numbers{0, 1, 2, 3}));
  for (int const number : {2, 3, 4}) promises.keep(number);
  graph.run_available();
  EXPECT_EQ(out.bag(), (Numbers{0, 20, 30, 40}));
}

TEST(ResolveFutures, what_is_ready_needs_no_place) {
  Promises promises;
  for (int i = 1; i < 1000; ++i) promises.keep(i);
  TestOutput<int> out;
  FlowTest test(flow(source_iter(numbers(0, 1000)) >> map(promises.make()) >>
                     resolve_futures({.in_flight_max = 1}) >> out.collect()));
  test.run_tick();
  EXPECT_EQ(out.take().size(), 999u);
  EXPECT_TRUE(test.graph().admits());
}

TEST(ResolveFutures, ordered_answers_behind_one_that_does_not_come_are_bounded) {
  Promises promises;
  for (int i = 1; i < 1000; ++i) promises.keep(i);
  TestInput<int> in;
  TestOutput<int> out;
  FlowTest test(flow(source_stream(in) >> map(promises.make()) >>
                     resolve_futures_ordered({.in_flight_max = 10}) >> out.collect()));
  in.give(numbers(0, 1000));
  test.run_tick();
  EXPECT_FALSE(test.graph().admits());
  promises.keep(0);
  test.run_available();
  EXPECT_EQ(out.take().size(), 1000u);
  EXPECT_TRUE(test.graph().admits());
}

// ---- what goes wrong ----------------------------------------------------------------------------

TEST(ResolveFutures, what_a_future_throws_ends_the_flow_by_name) {
  static constexpr node<"ask"> ask;
  for (bool const at_once : {true, false}) {
    for (int const kind : {0, 1, 2, 3}) {
      Promises promises;
      Graph graph;
      auto const install = [&](auto resolve) {
        flow(ask = source_iter(Numbers{1, 2}) >> map(promises.make()) >> std::move(resolve),
             ask >> null())
            .install(graph);
      };
      if (at_once) promises.break_it(1);
      if (kind == 0) install(resolve_futures());
      if (kind == 1) install(resolve_futures_ordered());
      if (kind == 2) install(resolve_futures_blocking());
      if (kind == 3) install(resolve_futures_blocking_ordered());
      graph.run_tick();
      if (!at_once) {
        EXPECT_EQ(graph.failure(), nullptr);
        promises.break_it(1);
        graph.run_tick();
      }
      ASSERT_NE(graph.failure(), nullptr) << kind;
      EXPECT_EQ(graph.failure()->node, "ask");
      EXPECT_EQ(graph.failure()->what, "promise 1 is broken");
      promises.keep(2);  // nobody is there any more, and nothing happens
    }
  }
}

TEST(ResolveFutures, an_ordered_failure_comes_in_its_turn) {
  Promises promises;
  TestOutput<int> out;
  FlowTest test(flow(source_iter(Numbers{1, 2, 3}) >> map(promises.make()) >>
                     resolve_futures_ordered() >> out.collect()));
  test.run_tick();
  promises.break_it(2);
  test.run_available();
  EXPECT_EQ(test.failed_node(), "");
  promises.keep(1);
  test.run_available();
  EXPECT_EQ(out.take(), Numbers{10});
  EXPECT_EQ(test.failed_node(), "resolve_futures_ordered");
}

TEST(ResolveFutures, a_flow_that_dies_destroys_its_futures_wherever_they_are) {
  // 0 and 1 have been given, 2 has landed, 3 and 4 are in flight, 5 to 9 wait.
  for (int const kind : {0, 1, 2, 3}) {
    for (int kept = 0; kept <= 10; ++kept) {
      Promises promises;
      {
        Graph graph;
        FutureLimits const limits{.in_flight_max = 3};
        auto const install = [&](auto resolve) {
          flow(source_iter(numbers(0, 10)) >> map(promises.make()) >> std::move(resolve) >> null())
              .install(graph);
        };
        if (kind == 0) install(resolve_futures(limits));
        if (kind == 1) install(resolve_futures_ordered(limits));
        if (kind == 2) install(resolve_futures_blocking(limits));
        if (kind == 3) install(resolve_futures_blocking_ordered(limits));
        graph.run_tick();
        for (int i = 0; i < kept; ++i) {
          promises.keep(i);
          if (i + 1 < kept) graph.run_tick();
        }
      }
      EXPECT_EQ(promises.alive, 0);
      EXPECT_EQ(promises.in_flight(), 0u);
    }
  }
}

TEST(ResolveFutures, a_graph_shows_where_answers_come_in) {
  FlowTest test(flow(source_iter(Numbers{}) >> map([](int number) { return Copied{number}; }) >>
                     resolve_futures() >> null()));
  test.run_tick();
  GraphPlan const plan = plan_of(test.graph());
  int from_outside = 0;
  for (PlanEdge const& edge : plan.edges) {
    from_outside +=
        plan.nodes[static_cast<std::size_t>(edge.target)].info.name == "resolve_futures";
  }
  EXPECT_EQ(from_outside, 2) << "from the map, and from outside";
}

// ---- in a worker, on timers and sockets ---------------------------------------------------------

task<int> after(Async ring, Duration duration, int answer) {
  co_await ring.sleep(duration);
  co_return answer;
}

class WorkerFuturesTest : public WorkerFixture {
 protected:
  Async ring() { return Async(worker().ring()); }
  auto sleeper() {
    return [this](int ms) { return after(ring(), static_cast<Duration>(ms) * milliseconds, ms); };
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, WorkerFuturesTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(WorkerFuturesTest, I1_resolve_unordered) {
  Numbers out;
  FlowHandle const handle = worker().add(
      flow(source_iter(Numbers{20, 30, 10, 90, 60, 50, 40, 70, 80}) >> map(sleeper()) >>
           resolve_futures() >> for_each([&](int ms) { out.push_back(ms); })));
  worker().run_to_end();
  EXPECT_TRUE(handle.ended());
  EXPECT_EQ(sorted(out), (Numbers{10, 20, 30, 40, 50, 60, 70, 80, 90}));
  if (simulated()) {
    EXPECT_EQ(out, sorted(out)) << "as they landed";
  }
}

TEST_P(WorkerFuturesTest, I1_resolve_ordered) {
  Numbers out;
  Numbers const in{20, 30, 10, 90, 60, 50, 40, 70, 80};
  worker().add(flow(source_iter(in) >> map(sleeper()) >> resolve_futures_ordered() >>
                    for_each([&](int ms) { out.push_back(ms); })));
  worker().run_to_end();
  EXPECT_EQ(out, in);
}

TEST_P(WorkerFuturesTest, I3_resolve_blocking) {
  std::vector<std::pair<std::uint64_t, int>> out;
  std::vector<std::pair<std::uint64_t, int>> expected;
  for (int i = 0; i < 10; ++i) expected.emplace_back(0, i);
  Instant const begin = worker().clock().now();
  worker().add(flow(source_iter(numbers(0, 10)) >>
                    map([this](int number) { return after(ring(), 100 * milliseconds, number); }) >>
                    resolve_futures_blocking_ordered() >>
                    for_each([&](Context const& context, int number) {
                      out.emplace_back(context.current_tick, number);
                    })));
  ASSERT_TRUE(until([&] { return out.size() == 10; }));
  EXPECT_EQ(out, expected) << "within one tick";
  Duration const taken = worker().clock().now() - begin;
  EXPECT_GE(taken, 100 * milliseconds);
  if (simulated()) {
    EXPECT_LT(taken, 110 * milliseconds) << "all at the same time";
  }
}

TEST_P(WorkerFuturesTest, F18_short_circuit_futures) {
  Channel<int> ms;
  Channel<unit> single;
  Numbers out;
  static constexpr node<"both"> both;
  FlowHandle handle = worker().add(
      flow(source_stream(ms) >> map(sleeper()) >> resolve_futures() >> both[_0],
           source_stream(single) >> both[_1],
           both = cross_join() >> for_each([&](int number, unit) { out.push_back(number); })));
  for (int const number : {5, 6, 7}) ms.send(number);
  handle.run_tick();
  Instant const end = worker().clock().now() + 20 * milliseconds;
  while (worker().clock().now() < end) worker().ring().step(Wait::park, end);
  single.send(unit{});
  handle.run_tick();
  EXPECT_EQ(sorted(out), (Numbers{5, 6, 7}));
}

TEST_P(WorkerFuturesTest, stop_waits_for_what_is_in_flight) {
  Numbers out;
  FlowHandle handle = worker().add(flow(source_iter(Numbers{3, 1, 2}) >> map(sleeper()) >>
                                        resolve_futures({.in_flight_max = 1}) >>
                                        for_each([&](int ms) { out.push_back(ms); })));
  handle.run_tick();
  worker().stop();
  worker().run();
  EXPECT_EQ(out, (Numbers{3, 1, 2}));
}

TEST_P(WorkerFuturesTest, stop_waits_no_longer_than_it_may) {
  make_worker({}, 20 * milliseconds);
  Numbers out;
  FlowHandle const handle =
      worker().add(flow(source_iter(Numbers{3'600'000, 1}) >> map(sleeper()) >> resolve_futures() >>
                        for_each([&](int ms) { out.push_back(ms); })));
  ASSERT_TRUE(until([&] { return !out.empty(); }));
  Instant const before = worker().clock().now();
  worker().stop();
  worker().run();
  EXPECT_GE(worker().clock().now() - before, 20 * milliseconds);
  EXPECT_TRUE(handle.ended());
  EXPECT_EQ(out, Numbers{1});
}

TEST_P(WorkerFuturesTest, while_it_waits_the_worker_sleeps) {
  for (bool const blocking : {false, true}) {
    make_worker({});
    if (blocking) {
      worker().add(flow(source_iter(Numbers{3'600'000}) >> map(sleeper()) >>
                        resolve_futures_blocking() >> null()));
    } else {
      worker().add(flow(source_iter(Numbers{3'600'000, 3'600'000}) >> map(sleeper()) >>
                        resolve_futures({.in_flight_max = 1}) >> null()));
    }
    run_for(2 * milliseconds);
    std::uint64_t const enters = worker().ring().counters().enters;
    run_for(5 * milliseconds);
    EXPECT_LT(worker().ring().counters().enters - enters, 30u);
    EXPECT_TRUE(worker().may_sleep());
  }
}

TEST_P(WorkerFuturesTest, a_file_is_read_no_further_while_futures_wait_to_begin) {
  std::string content;
  for (int i = 0; i < 1000; ++i) content += "1\n";
  files_.put("in", content);
  FileLimits limits;
  limits.chunk_bytes = 64;
  Promises promises;
  int count = 0;
  WorkerEnd const end{worker_};
  worker().add(flow(source_file(worker(), files_.path("in"), limits) >>
                    map([&](std::string const&) { return promises.future(++count); }) >>
                    resolve_futures({.in_flight_max = 8}) >> null()));
  ASSERT_TRUE(until([&] { return count > 8; }));
  run_for(5 * milliseconds);
  EXPECT_LE(count, 32) << "the lines of one chunk";
  for (int i = 1; i <= 1000; ++i) promises.keep(i);
  worker().run_to_end();
  EXPECT_EQ(count, 1000);
}

// A peer that is asked over TCP by coroutines, in a flow.
TEST_P(WorkerFuturesTest, questions_over_sockets_are_answered_at_the_same_time) {
  Endpoint* const echo = worker().listen(Address::loopback(0)).value();
  worker().add(flow(source_tcp(*echo) >> dest_tcp(*echo)));
  auto const ask = [&](int number) -> task<std::string> {
    Async const async = ring();
    Descriptor const socket = async.open_socket(echo->address().family()).value();
    int const connected = co_await async.connect(socket, echo->address());
    if (connected < 0) throw std::runtime_error("cannot connect");
    std::string const text = std::to_string(number);
    std::string frame{'\0', '\0', '\0', static_cast<char>(text.size())};
    co_await async.send(socket, frame + text);
    std::string answer;
    while (answer.size() < frame.size() + text.size()) {
      auto [count, bytes] = co_await async.receive(socket, std::string(16, ' '));
      if (count <= 0) throw std::runtime_error("the peer has gone");
      answer += bytes.substr(0, static_cast<std::size_t>(count));
    }
    co_return answer.substr(4);
  };
  std::vector<std::string> out;
  WorkerEnd const end{worker_};
  FlowHandle client = worker().add(flow(
      source_iter(numbers(0, 50)) >> map(ask) >> resolve_futures_ordered({.in_flight_max = 7}) >>
      for_each([&](std::string text) { out.push_back(std::move(text)); })));
  ASSERT_TRUE(until([&] { return out.size() == 50 || client.failure() != nullptr; }));
  EXPECT_EQ(failure_of(client), "");
  for (int i = 0; i < 50; ++i) EXPECT_EQ(out.at(static_cast<std::size_t>(i)), std::to_string(i));
}

class SimulatedFuturesTest : public WorkerFuturesTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, SimulatedFuturesTest, testing::ValuesIn(sim_kernels()), name_of);

// The worker is dropped after every number of steps: nothing leaks, nothing is left in the kernel.
TEST_P(SimulatedFuturesTest, dropped_at_every_step) {
  for (int steps = 0; steps < 40; ++steps) {
    make_worker({});
    worker().add(flow(source_iter(Numbers{3, 1, 2, 5, 4}) >> map(sleeper()) >>
                      resolve_futures({.in_flight_max = 2}) >> null()));
    worker().add(flow(source_iter(Numbers{3, 1, 2, 5, 4}) >> map(sleeper()) >>
                      resolve_futures_blocking_ordered({.in_flight_max = 2}) >> null()));
    for (int i = 0; i < steps; ++i) worker().step(worker().clock().now() + milliseconds / 4);
    worker_.reset();
  }
}

}  // namespace
}  // namespace weir

#include <optional>
#include <string>
#include <vector>

#include "tests/io/test_futures.h"
#include "tests/io/test_worker.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/scan_async.h"
#include "weir/ring/async.h"
#include "weir/testing.h"

namespace weir {
namespace {

using Numbers = std::vector<int>;

// Adds the answer to what there is, and gives the sum; a negative item ends it.
auto add_up(Promises& promises) {
  return [&promises](int& sum, int number) -> task<std::optional<int>> {
    if (number < 0) co_return std::nullopt;
    int const answer = co_await promises.future(number);
    sum += answer;
    co_return sum;
  };
}
constexpr auto zero = [] { return 0; };

TEST(ScanAsync, a_step_begins_when_the_one_before_has_landed) {
  Promises promises;
  TestInput<int> in;
  TestOutput<int> out;
  FlowTest test(flow(source_stream(in) >> scan_async(zero, add_up(promises)) >> out.collect()));
  in.give(1, 2, 3);
  test.run_tick();
  EXPECT_EQ(promises.begun, Numbers{1});
  EXPECT_FALSE(test.graph().admits());
  promises.keep(2);
  promises.keep(1);
  test.run_available();
  EXPECT_EQ(out.ticked(), (Ticked<int>{{1, 10}, {1, 30}}));
  EXPECT_EQ(promises.begun, (Numbers{1, 3}));
  EXPECT_TRUE(test.graph().admits());
  promises.keep(3);
  test.run_available();
  EXPECT_EQ(out.take(), Numbers{60});
  in.give(1);
  test.run_tick();
  EXPECT_EQ(out.take(), Numbers{70}) << "it lives forever";
  EXPECT_FALSE(test.graph().awaits());
}

TEST(ScanAsync, an_empty_answer_ends_it) {
  Promises promises;
  TestInput<int> in;
  TestOutput<int> out;
  FlowTest test(flow(source_stream(in) >> scan_async(zero, add_up(promises)) >> out.collect()));
  in.give(1, -1, 2, 3);
  test.run_tick();
  promises.keep(1);
  test.run_available();
  EXPECT_EQ(out.take(), Numbers{10});
  EXPECT_EQ(promises.begun, Numbers{1}) << "what waited is dropped";
  EXPECT_TRUE(test.graph().admits() && !test.graph().awaits());
  in.give(1);
  test.run_available();
  EXPECT_EQ(out.take(), Numbers{});
}

TEST(ScanAsync, blocking_it_keeps_the_tick_open_and_lives_a_tick) {
  Promises promises;
  TestInput<int> in;
  TestOutput<int> out;
  Graph graph;
  flow(source_stream(in) >> scan_async_blocking(zero, add_up(promises)) >> out.collect())
      .install(graph);
  graph.run_available();
  in.give(1, 2, -1, 3);
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(promises.begun, Numbers{1});
  promises.keep(1);
  EXPECT_EQ(graph.run_tick(), Status::yielded);
  EXPECT_EQ(promises.begun, (Numbers{1, 2}));
  promises.keep(2);
  EXPECT_EQ(graph.run_tick(), Status::done);
  EXPECT_EQ(out.ticked(), (Ticked<int>{{1, 10}, {1, 30}}));
  in.give(2);
  EXPECT_EQ(graph.run_tick(), Status::done);
  EXPECT_EQ(out.ticked(), (Ticked<int>{{2, 20}})) << "begun anew, and no longer ended";
  EXPECT_EQ(promises.alive, 0);
}

TEST(ScanAsync, blocking_and_forever_it_goes_on_in_the_next_tick) {
  Promises promises;
  for (int const number : {1, 2, 3}) promises.keep(number);
  TestInput<int> in;
  TestOutput<int> out;
  FlowScript script([&] {
    return flow(source_stream(in) >> scan_async_blocking(forever, zero, add_up(promises)) >>
                out.collect());
  });
  script.tick({in.gets(1, 2)}, {out.gives(10, 30)});
  script.tick({in.gets(3)}, {out.gives(60)});
  script.tick({in.gets(1, -1, 2)}, {out.gives(70)});
  script.tick({in.gets(1)}, {});
  EXPECT_EQ(script.differences(), "");
}

TEST(ScanAsync, takes_parts_and_the_context_which_stays_until_the_step_has_landed) {
  Promises promises;
  TestInput<std::pair<std::string, int>> in;
  TestOutput<std::string> out;
  auto const step = [&](Context const& context, std::string& all, std::string const& text,
                        int number) -> task<std::optional<std::string>> {
    int const answer = co_await promises.future(number);
    all += std::to_string(context.current_tick) + text + std::to_string(answer);
    co_return all;
  };
  FlowTest test(
      flow(source_stream(in) >> scan_async([] { return std::string(); }, step) >> out.collect()));
  in.give({{"a long text that is no small string ", 1}, {"b", 2}});
  test.run_tick();
  promises.keep(1);
  test.run_available();
  promises.keep(2);
  test.run_available();
  std::string const first = "0a long text that is no small string 10";
  EXPECT_EQ(out.take(), (std::vector<std::string>{first, first + "1b20"}));
}

TEST(ScanAsync, what_a_step_throws_ends_the_flow_by_name) {
  static constexpr node<"account"> account;
  for (bool const blocking : {false, true}) {
    Promises promises;
    TestOutput<int> out;
    Graph graph;
    if (blocking) {
      flow(account = source_iter(Numbers{1, 2}) >> scan_async_blocking(zero, add_up(promises)),
           account >> out.collect())
          .install(graph);
    } else {
      flow(account = source_iter(Numbers{1, 2}) >> scan_async(zero, add_up(promises)),
           account >> out.collect())
          .install(graph);
    }
    graph.run_tick();
    promises.keep(1);
    graph.run_tick();
    promises.break_it(2);
    graph.run_tick();
    ASSERT_NE(graph.failure(), nullptr);
    EXPECT_EQ(graph.failure()->node, "account");
    EXPECT_EQ(graph.failure()->what, "promise 2 is broken");
    EXPECT_EQ(out.take(), Numbers{10});
  }
}

TEST(ScanAsync, a_flow_that_dies_destroys_its_step) {
  for (int const kept : {0, 1, 2}) {
    Promises promises;
    {
      FlowTest test(
          flow(source_iter(Numbers{1, 2, 3}) >> scan_async(zero, add_up(promises)) >> null()));
      test.run_tick();
      for (int i = 1; i <= kept; ++i) promises.keep(i);
    }
    EXPECT_EQ(promises.alive, 0);
  }
}

class ScanAsyncTest : public WorkerFixture {};
INSTANTIATE_TEST_SUITE_P(Kernels, ScanAsyncTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(ScanAsyncTest, steps_on_timers_keep_their_order) {
  Numbers out;
  Async const ring(worker().ring());
  auto const step = [ring](int& sum, int ms) -> task<std::optional<int>> {
    co_await ring.sleep(static_cast<Duration>(ms) * milliseconds);
    sum += ms;
    co_return sum;
  };
  worker().add(flow(source_iter(Numbers{3, 1, 2}) >> scan_async(zero, step) >>
                    for_each([&](int sum) { out.push_back(sum); })));
  worker().run_to_end();
  EXPECT_EQ(out, (Numbers{3, 4, 6}));
}

}  // namespace
}  // namespace weir

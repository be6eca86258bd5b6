#include "weir/worker/worker.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/net/test_net.h"
#include "weir/sched/input.h"

namespace weir {
namespace {

class WorkerTest : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, WorkerTest, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return name_of(choice); });

// Where no send is cut at random.
class WorkerOnCalmKernels : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, WorkerOnCalmKernels,
                         testing::ValuesIn(test_kernels_not_named("sim_hostile")),
                         [](auto const& choice) { return name_of(choice); });

// Where ten seconds take no time.
class WorkerInSimulation : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, WorkerInSimulation, testing::ValuesIn(sim_kernels()),
                         [](auto const& choice) { return name_of(choice); });

// A flow that counts what a channel brings.
struct Count {
  Channel<int>& channel;
  std::uint64_t& count;
  void install(Graph& graph) && {
    Channel<int>* const from = &channel;
    std::uint64_t* const to = &count;
    Subgraph& reader = graph.make_subgraph("count", 0, {}, {}, [=](Activation& activation) {
      bool const done = from->drain([&](int) { ++*to; }, activation.budget);
      return done ? Status::done : Status::yielded;
    });
    channel.attach(graph, reader);
  }
};

TEST_P(WorkerTest, runs_several_flows_with_ticks_of_their_own) {
  TestNet test(GetParam());
  Endpoint& one = test.listen();
  Endpoint& two = test.listen();
  FlowHandle first = test.worker().add(Echo{one});
  FlowHandle second = test.worker().add(Echo{two});
  Client& client = test.connect(one.address());
  ASSERT_TRUE(test.run_until([&] { return test.counters().opened == 1; }));
  std::uint64_t const before = second.graph().tick();
  client.send(framed("for the first"));
  ASSERT_TRUE(test.run_until([&] { return client.received == framed("for the first"); }));
  EXPECT_EQ(second.graph().tick(), before) << "a tick starts only for input";
  EXPECT_GT(first.graph().tick(), 0u);
}

TEST_P(WorkerTest, sleeps_when_there_is_nothing_to_do) {
  TestNet test(GetParam());
  Endpoint& server = test.listen();
  FlowHandle flow = test.worker().add(Echo{server});
  Client& client = test.connect(server.address());
  client.send(framed("hello"));
  ASSERT_TRUE(test.run_until([&] { return client.received == framed("hello"); }));
  test.run_for(5 * milliseconds);
  EXPECT_TRUE(test.worker().may_sleep()) << test.describe();
  std::uint64_t const ticks = flow.graph().tick();
  std::uint64_t const enters = test.worker().ring().counters().enters;
  std::uint64_t const parks = test.worker().ring().counters().parks;
  for (int i = 0; i < 10; ++i) test.worker().step(test.worker().clock().now() + milliseconds);
  EXPECT_EQ(flow.graph().tick(), ticks);
  EXPECT_EQ(test.worker().ring().counters().enters - enters, 10u);
  EXPECT_EQ(test.worker().ring().counters().parks - parks, 10u);
}

TEST_P(WorkerOnCalmKernels, burst_leaves_in_one_silent_send_and_nothing_is_copied) {
  KernelChoice choice = GetParam();
  TestNet test(choice);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  Client& client = test.connect(server.address());
  std::string burst;
  for (int i = 0; i < 32; ++i) burst += framed(std::string(64, 'b'));
  for (int round = 1; round <= 20; ++round) {
    client.send(burst);
    ASSERT_TRUE(test.run_until([&] { return client.received.size() >= round * burst.size(); }));
  }
  test.run_for(5 * milliseconds);
  EXPECT_EQ(test.counters().copied_bytes, 0u);
  EXPECT_EQ(test.counters().frames_in, 640u);
  RingCounters const& ring = test.worker().ring().counters();
  EXPECT_GE(ring.silent_sends, 1u);
  // An accept, a receive, and hardly more than one send a round: frames that arrived together leave
  // together.
  EXPECT_LE(ring.submissions, 2u + 2 * 20u);
  EXPECT_EQ(test.counters().blocked, 0u);
}

TEST_P(WorkerTest, stop_answers_what_was_received_and_ends) {
  TestNet test(GetParam());
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  Client& client = test.connect(server.address(), 4096);
  client.reads = false;
  std::string stream;
  for (int i = 0; i < 300; ++i) stream += framed(std::string(1000, 's'));
  client.send(stream);
  ASSERT_TRUE(test.run_until([&] { return test.counters().bytes_in == stream.size(); }));
  test.worker().stop();
  client.reads = true;
  ASSERT_TRUE(test.run_until([&] { return test.worker().stopped() && client.saw_end; }));
  EXPECT_EQ(test.counters().closed_for(CloseReason::stopped), 1u);
  EXPECT_TRUE(client.received == stream);
}

TEST_P(WorkerTest, stop_does_not_wait_longer_than_it_may_for_a_peer_that_does_not_read) {
  TestNet test(GetParam(), {}, {}, 300 * milliseconds);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  Client& client = test.connect(server.address(), 4096);
  client.reads = false;
  client.send(std::string(16u << 20, '\0'));  // 4 Mi frames without a payload
  ASSERT_TRUE(test.run_until([&] { return test.net().pressure() > 100'000; }));
  Instant const began = test.worker().clock().now();
  test.worker().stop();
  ASSERT_TRUE(test.run_until([&] { return test.worker().stopped(); }));
  EXPECT_GE(test.worker().clock().now() - began, 300 * milliseconds);
  EXPECT_EQ(test.counters().closed_for(CloseReason::stopped), 1u);
}

TEST_P(WorkerTest, one_flow_can_be_stopped_and_the_others_go_on) {
  TestNet test(GetParam());
  Endpoint& one = test.listen();
  Endpoint& two = test.listen();
  FlowHandle first = test.worker().add(Echo{one});
  FlowHandle second = test.worker().add(Echo{two});
  Client& of_one = test.connect(one.address());
  Client& of_two = test.connect(two.address());
  of_one.send(framed("a"));
  of_two.send(framed("b"));
  ASSERT_TRUE(test.run_until(
      [&] { return of_one.received == framed("a") && of_two.received == framed("b"); }));
  first.stop();
  ASSERT_TRUE(test.run_until([&] { return first.ended() && of_one.saw_end; }));
  EXPECT_FALSE(second.ended());
  of_two.send(framed("c"));
  ASSERT_TRUE(test.run_until([&] { return of_two.received == framed("b") + framed("c"); }));
}

TEST_P(WorkerTest, flow_without_endpoints_stops_when_it_has_nothing_left_to_do) {
  TestNet test(GetParam());
  Channel<int> channel;
  std::uint64_t count = 0;
  FlowHandle flow = test.worker().add(Count{channel, count});
  for (int i = 0; i < 5; ++i) channel.send(i);
  flow.stop();
  ASSERT_TRUE(test.run_until([&] { return flow.ended(); }));
  EXPECT_EQ(count, 5u);
}

TEST_P(WorkerTest, ticks_can_be_run_by_hand) {
  TestNet test(GetParam());
  Channel<int> channel;
  std::uint64_t count = 0;
  FlowHandle flow = test.worker().add(Count{channel, count});
  EXPECT_EQ(flow.run_available(), 1u);
  channel.send(1);
  EXPECT_EQ(flow.run_tick(), Status::done);
  EXPECT_EQ(count, 1u);
}

TEST_P(WorkerInSimulation, run_until_gives_up_at_last) {
  TestNet test(GetParam());
  EXPECT_TRUE(test.worker().run_until([] { return true; }));
  EXPECT_FALSE(test.worker().run_until([] { return false; }));
}

TEST(Worker, says_which_processor_it_cannot_be_pinned_to) {
  WorkerOptions options;
  options.cpu = 1000;
  auto const made = Worker::make(std::move(options));
  ASSERT_FALSE(made.ok());
  EXPECT_NE(made.error().message.find("processor 1000"), std::string::npos);
}

TEST(Worker, says_where_it_cannot_listen) {
  auto worker = Worker::make().value();
  Endpoint* const first = worker->listen(Address::loopback(0)).value();
  auto const second = worker->listen(first->address());
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find(first->address().text()), std::string::npos);
}

}  // namespace
}  // namespace weir

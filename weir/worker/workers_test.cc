// Groups of workers on threads of their own.
#include "weir/worker/workers.h"

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/sched/input.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

WorkersOptions options_for(std::uint32_t count) {
  WorkersOptions options;
  options.count = count;
  return options;
}

// Adds what a channel brings, and throws at 13.
struct Add {
  Channel<int>& channel;
  std::atomic<int>& sum;
  void install(Graph& graph) && {
    Channel<int>* const from = &channel;
    std::atomic<int>* const to = &sum;
    Subgraph& reader = graph.make_subgraph("add", 0, {}, {}, [=](Activation& activation) {
      auto const add = [&](int item) {
        if (item == 13) throw std::runtime_error("13 is unlucky");
        to->fetch_add(item);
      };
      return from->drain(add, activation.budget) ? Status::done : Status::yielded;
    });
    channel.attach(graph, reader);
  }
};

TEST(Workers, are_as_many_as_there_are_processors_unless_told) {
  EXPECT_GE(Workers().count(), 1u);
  EXPECT_EQ(Workers(options_for(5)).count(), 5u);
  EXPECT_EQ(Workers(options_for(100'000)).count(), 256u);
}

TEST(Workers, each_is_set_up_on_a_thread_of_its_own_and_stop_ends_them_all) {
  Workers workers(options_for(4));
  std::vector<std::thread::id> threads(4);
  std::vector<Channel<int>> channels(4);
  std::atomic<int> sum = 0;
  std::atomic<int> set_up = 0;
  std::thread other([&] {
    while (set_up.load() < 4) std::this_thread::yield();
    for (Channel<int>& channel : channels) channel.send(10);
    while (sum.load() < 40) std::this_thread::yield();
    workers.stop();
  });
  Result<void> const done =
      workers.run([&](Worker& worker, std::uint32_t index, std::uint32_t count) {
        EXPECT_EQ(count, 4u);
        EXPECT_EQ(worker.number(), index);
        threads[index] = std::this_thread::get_id();
        worker.add(Add{channels[index], sum});
        ++set_up;
      });
  other.join();
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(sum.load(), 40);
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < i; ++j) EXPECT_NE(threads[i], threads[j]);
}

TEST(Workers, one_that_cannot_be_set_up_keeps_all_from_running_and_says_why) {
  Workers workers(options_for(3));
  Channel<int> channel;
  std::atomic<int> sum = 0;
  channel.send(1);
  auto const refused =
      workers.run([&](Worker& worker, std::uint32_t index, std::uint32_t) -> Result<void> {
        if (index == 0) worker.add(Add{channel, sum});
        if (index == 2) return Error{0, "the moon is not full"};
        return {};
      });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "worker 2: the moon is not full");
  EXPECT_EQ(sum.load(), 0) << "none has run";

  auto const thrown = workers.run([](Worker&, std::uint32_t index, std::uint32_t) {
    if (index == 1) throw std::runtime_error("it fell over");
  });
  ASSERT_FALSE(thrown.ok());
  EXPECT_EQ(thrown.error().message, "worker 1: it fell over");
}

TEST(Workers, one_that_cannot_be_made_says_why) {
  WorkersOptions options = options_for(2);
  options.pins = false;
  options.worker.cpu = 1000;
  auto const refused =
      Workers(std::move(options)).run([](Worker&, std::uint32_t, std::uint32_t) { FAIL(); });
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("processor 1000"), std::string::npos);
}

TEST(Workers, flow_that_fails_is_reported_by_worker_and_node) {
  Workers workers(options_for(2));
  std::vector<Channel<int>> channels(2);
  std::atomic<int> sum = 0;
  channels[0].send(1);
  channels[1].send(13);
  Result<void> const done =
      workers.run_to_end([&](Worker& worker, std::uint32_t index, std::uint32_t) {
        worker.add(Add{channels[index], sum});
      });
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().message, "worker 1: a flow has failed at `add`: 13 is unlucky");
  EXPECT_EQ(sum.load(), 1) << "the others have come to their end";
}

TEST(Workers, stop_before_a_run_ends_it_and_the_next_one_runs) {
  Workers workers(options_for(2));
  workers.stop();
  EXPECT_TRUE(workers.run([](Worker&, std::uint32_t, std::uint32_t) {}).ok());
  Channel<int> channel;
  std::atomic<int> sum = 0;
  channel.send(7);
  EXPECT_TRUE(workers
                  .run_to_end([&](Worker& worker, std::uint32_t index, std::uint32_t) {
                    if (index == 0) worker.add(Add{channel, sum});
                  })
                  .ok());
  EXPECT_EQ(sum.load(), 7);
}

TEST(Workers, stop_reaches_them_wherever_they_are) {
  for (int round = 0; round < 30; ++round) {
    Workers workers(options_for(2));
    std::thread other([&] { workers.stop(); });
    EXPECT_TRUE(workers.run([](Worker&, std::uint32_t, std::uint32_t) {}).ok());
    other.join();
  }
}

}  // namespace
}  // namespace weir

// Channels from other threads. Nothing here sleeps: every wait is for something that must come.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "weir/sched/graph.h"
#include "weir/sched/input.h"

namespace weir {
namespace {

struct Item {
  int producer;
  int number;
};

// Calls `on_item` for everything that comes out of `channel`.
template <class T, class OnItem>
void read(Graph& graph, Channel<T>& channel, OnItem on_item) {
  Subgraph& reader =
      graph.make_subgraph("reader", 0, {}, {}, [&channel, on_item](Activation& activation) mutable {
        return channel.drain(on_item, activation.budget) ? Status::done : Status::yielded;
      });
  channel.attach(graph, reader);
}

class ChannelOf : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Capacity, ChannelOf, testing::Values(1, 7, 65'536));

TEST_P(ChannelOf, EveryItemOfEveryProducerArrivesOnceAndInOrder) {
  constexpr int producers = 4;
  constexpr int items = 20'000;
  Graph graph;
  Channel<Item> channel(GetParam());
  std::vector<int> next(producers, 0);
  int arrived = 0;
  read(graph, channel, [&](Item item) {
    EXPECT_EQ(item.number, next[static_cast<std::size_t>(item.producer)]++);
    // Counters may be read while others send: they count what a tick has admitted.
    EXPECT_GT(graph.handoffs()[0]->counters().items, static_cast<std::uint64_t>(arrived));
    if (++arrived == producers * items) graph.stop();
  });
  std::atomic<std::uint64_t> refused{0};
  std::vector<std::thread> threads;
  for (int producer = 0; producer < producers; ++producer) {
    threads.emplace_back([&, producer] {
      for (int number = 0; number < items; ++number) {
        while (!channel.try_send(Item{producer, number})) {
          refused.fetch_add(1, std::memory_order_relaxed);
          std::this_thread::yield();
        }
      }
    });
  }
  graph.run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(arrived, producers * items);
  EXPECT_FALSE(graph.external_pending());
  if (GetParam() == 1) {
    EXPECT_GT(refused.load(), 0u);
  }
}

TEST(ChannelThreads, RunSleepsUntilItIsSentToAndTicksOnlyThen) {
  Graph graph;
  Channel<int> channel;
  std::atomic<int> seen{0};
  read(graph, channel, [&](int) {
    seen.fetch_add(1, std::memory_order_release);
    seen.notify_one();
  });
  std::thread runner([&] { graph.run(); });
  constexpr int items = 200;
  for (int i = 0; i < items; ++i) {
    channel.send(i);
    for (int now = seen.load(); now <= i; now = seen.load()) seen.wait(now);
  }
  graph.stop();
  runner.join();
  EXPECT_EQ(seen.load(), items);
  // One for having never run, which may have taken the first item, and one for each item: a wake-up
  // for what an earlier tick has taken starts none.
  EXPECT_GE(graph.tick(), static_cast<std::uint64_t>(items));
  EXPECT_LE(graph.tick(), static_cast<std::uint64_t>(items) + 1);
}

TEST(ChannelThreads, StopReachesARunnerWhereverItIs) {
  for (int round = 0; round < 200; ++round) {
    Graph graph;
    Channel<int> channel;
    read(graph, channel, [](int) {});
    std::thread runner([&] { graph.run(); });
    if (round % 2 == 0) channel.send(1);
    graph.stop();
    runner.join();
  }
}

TEST(ChannelThreads, AWakerIsToldOnceABatch) {
  Graph graph;
  Channel<int> channel;
  read(graph, channel, [](int) {});
  int wakes = 0;
  graph.set_waker({[](void* count) { ++*static_cast<int*>(count); }, &wakes});
  graph.run_available();
  for (int i = 0; i < 3; ++i) channel.send(i);
  EXPECT_EQ(wakes, 1);
  graph.run_available();
  channel.send(3);
  EXPECT_EQ(wakes, 2);
}

TEST(ChannelThreads, J5PingPong) {
  Graph ping;
  Graph pong;
  Channel<int> to_ping;
  Channel<int> to_pong;
  std::vector<int> log;  // one thread at a time: the ball is the token
  auto const player = [&log](Graph& graph, Channel<int>& in, Channel<int>& out, Graph& other) {
    read(graph, in, [&](int ball) {
      log.push_back(ball);
      if (ball > 0) {
        out.send(ball - 1);
      } else {
        graph.stop();
        other.stop();
      }
    });
  };
  player(ping, to_ping, to_pong, pong);
  player(pong, to_pong, to_ping, ping);
  to_ping.send(10);
  std::thread other([&] { pong.run(); });
  ping.run();
  other.join();
  EXPECT_EQ(log, (std::vector{10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));
}

}  // namespace
}  // namespace weir

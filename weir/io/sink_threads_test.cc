// Sinks that are emptied, and awaited things that end, on other threads.
#include <algorithm>
#include <atomic>
#include <coroutine>
#include <thread>
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/sink.h"
#include "weir/worker/worker.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

std::vector<int> numbers(int end) {
  std::vector<int> all;
  for (int i = 0; i < end; ++i) all.push_back(i);
  return all;
}

std::unique_ptr<Worker> make_worker(std::uint32_t number) {
  WorkerOptions options;
  options.number = number;
  return std::move(Worker::make(std::move(options))).value();
}

constexpr int count = 5'000;

TEST(SinkThreads, another_thread_takes_everything_in_order) {
  BoundedSink<int> sink(7);
  std::unique_ptr<Worker> worker = std::move(Worker::make()).value();
  worker->add(flow(source_iter(numbers(count)) >> dest_sink(sink)));
  std::vector<int> taken;
  std::thread consumer([&] {
    while (taken.size() < count) {  // the worker never stops giving
      for (int const number : sink.take_all()) taken.push_back(number);
    }
    worker->stop();
  });
  worker->run();
  consumer.join();
  EXPECT_EQ(taken, numbers(count));
}

TEST(SinkThreads, a_graph_that_runs_alone_is_woken_too) {
  BoundedSink<int> sink(7);
  Graph graph;
  auto endless = flow(source_iter(numbers(count)) >> dest_sink(sink));
  std::move(endless).install(graph);
  std::vector<int> taken;
  std::thread consumer([&] {
    while (taken.size() < count) {
      for (int const number : sink.take_all()) taken.push_back(number);
    }
    graph.stop();
  });
  graph.run();
  consumer.join();
  EXPECT_EQ(taken, numbers(count));
}

// Two flows on two threads, the one behind the other with room for a few items between them.
TEST(SinkThreads, a_flow_feeds_the_channel_of_another_worker) {
  Channel<int> channel(7);
  std::vector<int> taken;
  std::atomic<bool> given{false};
  std::thread consuming([&] {
    std::unique_ptr<Worker> worker = make_worker(1);
    worker->add(flow(source_stream(channel) >> for_each([&](int number) {
                       taken.push_back(number);
                       if (taken.size() == count) worker->stop();
                     })));
    worker->run();
    given.wait(false);  // until then somebody may be about to wake it
  });
  std::unique_ptr<Worker> worker = std::move(Worker::make()).value();
  FlowHandle const handle = worker->add(flow(source_iter(numbers(count)) >> dest_sink(channel)));
  worker->run_to_end();
  given = true;
  given.notify_one();
  consuming.join();
  EXPECT_EQ(handle.failure(), nullptr);
  EXPECT_EQ(taken, numbers(count));
}

// Each is told, though they all wait for the same room.
TEST(SinkThreads, flows_of_several_threads_feed_one_channel) {
  constexpr int producers = 3;
  Channel<int> channel(2);
  Graph graph;
  std::vector<int> taken;
  auto collecting = flow(source_stream(channel) >> for_each([&](int number) {
                           taken.push_back(number);
                           if (taken.size() == producers * count) graph.stop();
                         }));
  std::move(collecting).install(graph);
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < producers; ++i) {
    threads.emplace_back([&channel, i] {
      std::unique_ptr<Worker> worker = make_worker(i + 1);
      worker->add(flow(source_iter(numbers(count)) >> dest_sink(channel)));
      worker->run_to_end();
    });
  }
  graph.run();
  for (std::thread& thread : threads) thread.join();
  std::vector<int> expected;
  for (int const number : numbers(count)) expected.insert(expected.end(), producers, number);
  std::sort(taken.begin(), taken.end());
  EXPECT_EQ(taken, expected);
}

// Dying, waiting and being told at the same time: whoever dies is not called any more.
TEST(SinkThreads, flows_die_while_the_channel_they_wait_for_is_read) {
  Channel<int> channel(1);
  Graph graph;
  auto dropping = flow(source_stream(channel) >> for_each([](int) {}));
  std::move(dropping).install(graph);
  std::thread reading([&] { graph.run(); });
  for (int i = 0; i < 500; ++i) {
    Graph producing;
    auto giving = flow(source_iter(numbers(3)) >> dest_sink(channel));
    std::move(giving).install(producing);
    producing.run_available();
  }
  graph.stop();
  reading.join();
}

// Resumes what waits for it, on a thread of its own.
class Elsewhere {
 public:
  struct Turn {
    Elsewhere* elsewhere;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      elsewhere->waiting_.store(handle.address());
    }
    void await_resume() const {}
  };
  void run() {
    while (!stopped) {
      if (void* const handle = waiting_.exchange(nullptr))
        std::coroutine_handle<>::from_address(handle).resume();
    }
  }
  std::atomic<bool> stopped{false};

 private:
  std::atomic<void*> waiting_{nullptr};
};

TEST(SinkThreads, what_is_awaited_may_end_on_another_thread) {
  Elsewhere elsewhere;
  std::vector<int> begun;
  std::unique_ptr<Worker> worker = std::move(Worker::make()).value();
  worker->add(flow(source_iter(numbers(count)) >> dest_sink([&](int number) {
                     begun.push_back(number);
                     return Elsewhere::Turn{&elsewhere};
                   })));
  std::thread other([&] { elsewhere.run(); });
  worker->run_to_end();
  elsewhere.stopped = true;
  other.join();
  EXPECT_EQ(begun, numbers(count));
}

}  // namespace
}  // namespace weir

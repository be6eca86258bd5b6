// Sinks that are emptied, and awaited things that end, on other threads.
#include <atomic>
#include <coroutine>
#include <thread>
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

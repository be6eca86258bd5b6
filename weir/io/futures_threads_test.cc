// Futures that land on other threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <coroutine>
#include <limits>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "weir/base/mutex.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/flatten_stream.h"
#include "weir/io/resolve_futures.h"
#include "weir/io/scan_async.h"
#include "weir/io/source_async.h"
#include "weir/worker/worker.h"

namespace weir {
namespace {

constexpr int count = 5'000;

// Threads that resume what waits for them.
class Elsewhere {
 public:
  struct Answer {
    Elsewhere* elsewhere;
    int number;
    bool await_ready() const { return number % 7 == 0; }
    void await_suspend(std::coroutine_handle<> waiter) { elsewhere->add(waiter); }
    int await_resume() const { return number; }
  };
  // The same, as an element of a stream.
  struct Element : Answer {
    int end;
    std::optional<int> await_resume() const {
      return number < end ? std::optional<int>(number) : std::nullopt;
    }
  };
  struct Stream {
    Elsewhere* elsewhere;
    int number;
    int end;
    Element next() { return {{elsewhere, number++}, end}; }
  };

  explicit Elsewhere(int thread_count) {
    for (int i = 0; i < thread_count; ++i) threads_.emplace_back([this] { run(); });
  }
  ~Elsewhere() { stop(); }
  void stop() {
    stopped_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  auto make() {
    return [this](int number) { return Answer{this, number}; };
  }

 private:
  void add(std::coroutine_handle<> waiter) {
    Lock const lock(mutex_);
    waiting_.push_back(waiter);
  }
  void run() {
    while (!stopped_) {
      std::coroutine_handle<> one;
      {
        Lock const lock(mutex_);
        if (!waiting_.empty()) {
          one = waiting_.back();
          waiting_.pop_back();
        }
      }
      if (one) one.resume();
      else std::this_thread::yield();
    }
  }

  Mutex mutex_;
  std::vector<std::coroutine_handle<>> waiting_;
  std::atomic<bool> stopped_{false};
  std::vector<std::thread> threads_;
};

std::vector<int> numbers(int end) {
  std::vector<int> all;
  for (int i = 0; i < end; ++i) all.push_back(i);
  return all;
}

// Puts a flow on a worker and returns what came out of it in the end.
std::vector<int> played(Elsewhere& elsewhere, auto make_flow) {
  std::vector<int> out;
  std::unique_ptr<Worker> worker = std::move(Worker::make()).value();
  FlowHandle const handle = worker->add(make_flow(*worker, out));
  worker->run_to_end();
  elsewhere.stop();
  EXPECT_EQ(handle.failure(), nullptr);
  return out;
}

TEST(FuturesThreads, every_answer_comes_once) {
  Elsewhere elsewhere(2);
  std::vector<int> out = played(elsewhere, [&](Worker&, std::vector<int>& given) {
    return flow(source_iter(numbers(count)) >> map(elsewhere.make()) >>
                resolve_futures({.in_flight_max = 64}) >>
                for_each([&](int number) { given.push_back(number); }));
  });
  std::sort(out.begin(), out.end());
  EXPECT_EQ(out, numbers(count));
}

TEST(FuturesThreads, ordered_answers_come_in_order) {
  Elsewhere elsewhere(2);
  EXPECT_EQ(played(elsewhere,
                   [&](Worker&, std::vector<int>& given) {
                     return flow(source_iter(numbers(count)) >> map(elsewhere.make()) >>
                                 resolve_futures_ordered({.in_flight_max = 64}) >>
                                 for_each([&](int number) { given.push_back(number); }));
                   }),
            numbers(count));
}

TEST(FuturesThreads, a_tick_that_waits_is_woken) {
  Elsewhere elsewhere(2);
  EXPECT_EQ(played(elsewhere,
                   [&](Worker&, std::vector<int>& given) {
                     return flow(source_iter(numbers(count)) >> map(elsewhere.make()) >>
                                 resolve_futures_blocking_ordered({.in_flight_max = 3}) >>
                                 for_each([&](int number) { given.push_back(number); }));
                   }),
            numbers(count));
}

TEST(FuturesThreads, streams_and_steps_go_on_elsewhere) {
  Elsewhere elsewhere(2);
  auto const add = [&](int& sum, int number) {
    sum += number;
    return Elsewhere::Element{{&elsewhere, sum}, std::numeric_limits<int>::max()};
  };
  std::vector<int> sums = numbers(1000);
  for (std::size_t i = 1; i < sums.size(); ++i) sums[i] += sums[i - 1];
  EXPECT_EQ(played(elsewhere,
                   [&](Worker& worker, std::vector<int>& given) {
                     return flow(source_stream(worker, Elsewhere::Stream{&elsewhere, 0, 1000}) >>
                                 scan_async([] { return 0; }, add) >>
                                 for_each([&](int number) { given.push_back(number); }));
                   }),
            sums);
}

TEST(FuturesThreads, a_graph_that_runs_alone_is_woken_too) {
  Elsewhere elsewhere(2);
  Graph graph;
  std::vector<int> out;
  flow(source_iter(numbers(count)) >> map(elsewhere.make()) >>
       resolve_futures({.in_flight_max = 16}) >> for_each([&](int number) {
         out.push_back(number);
         if (out.size() == count) graph.stop();
       }))
      .install(graph);
  graph.run();
  elsewhere.stop();
  std::sort(out.begin(), out.end());
  EXPECT_EQ(out, numbers(count));
}

}  // namespace
}  // namespace weir

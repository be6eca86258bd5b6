// What other threads may do to a worker.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "weir/sched/input.h"
#include "weir/worker/worker.h"

namespace weir {
namespace {

using MakeKernel = std::unique_ptr<Kernel> (*)();

class WorkerThreads : public testing::TestWithParam<MakeKernel> {};
INSTANTIATE_TEST_SUITE_P(Kernels, WorkerThreads, testing::Values(&make_kernel, &make_epoll_kernel));

struct Sum {
  Channel<std::uint64_t>& channel;
  std::atomic<std::uint64_t>& sum;
  void install(Graph& graph) && {
    Channel<std::uint64_t>* const from = &channel;
    std::atomic<std::uint64_t>* const to = &sum;
    Subgraph& reader = graph.make_subgraph("sum", 0, {}, {}, [=](Activation& activation) {
      bool const done =
          from->drain([&](std::uint64_t item) { to->fetch_add(item); }, activation.budget);
      return done ? Status::done : Status::yielded;
    });
    channel.attach(graph, reader);
  }
};

TEST_P(WorkerThreads, channel_wakes_a_worker_that_sleeps_and_stop_ends_it) {
  Channel<std::uint64_t> channel(16);
  std::atomic<std::uint64_t> sum = 0;
  std::atomic<Worker*> running = nullptr;
  std::thread thread([&] {
    WorkerOptions options;
    options.make_kernel = GetParam();
    auto worker = Worker::make(std::move(options)).value();
    worker->add(Sum{channel, sum});
    running = worker.get();
    running.notify_one();
    worker->run();
  });
  running.wait(nullptr);
  constexpr std::uint64_t count = 2000;
  for (std::uint64_t item = 1; item <= count; ++item) {
    while (!channel.try_send(item)) std::this_thread::yield();  // bounded: the worker drains it
    // Now and then until it sleeps again.
    while (item % 100 == 0 && sum.load() != item * (item + 1) / 2) std::this_thread::yield();
  }
  EXPECT_EQ(sum.load(), count * (count + 1) / 2);
  running.load()->stop();
  thread.join();
}

}  // namespace
}  // namespace weir

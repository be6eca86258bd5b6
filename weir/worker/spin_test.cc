// A worker that looks for something to do for a while before it sleeps.
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "tests/net/test_net.h"
#include "weir/sched/input.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

class SpinTest : public testing::TestWithParam<KernelChoice> {
 protected:
  std::unique_ptr<Worker> make(Duration spin_time) {
    WorkerOptions options;
    options.make_kernel = [this] { return kernel_.make_kernel(); };
    options.setup.hide = kernel_.hide();
    options.spin_time = spin_time;
    return std::move(Worker::make(std::move(options))).value();
  }
  TestKernel kernel_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Kernels, SpinTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(SpinTest, does_not_spin_unless_told) {
  std::unique_ptr<Worker> const worker = make(0);
  for (int i = 0; i < 5; ++i) worker->step(worker->clock().now() + microseconds);
  EXPECT_EQ(worker->counters().spins_in_vain, 0u);
  EXPECT_EQ(worker->counters().spin_time, 0u);
  EXPECT_EQ(worker->counters().parks, 5u);
}

TEST_P(SpinTest, spins_in_vain_for_as_long_as_it_may_and_then_sleeps) {
  std::unique_ptr<Worker> const worker = make(20 * microseconds);
  for (int i = 0; i < 5; ++i) worker->step(worker->clock().now() + milliseconds);
  WorkerCounters const counters = worker->counters();
  EXPECT_EQ(counters.spins_in_vain, 5u);
  EXPECT_EQ(counters.spins_found, 0u);
  EXPECT_EQ(counters.parks, 5u) << "once after each spin";
  // In a simulated world a look may take no time; then it is their number that ends a spin.
  EXPECT_TRUE(kernel_.simulated() || counters.spin_time >= 5 * 20 * microseconds);
  EXPECT_GT(worker->ring().counters().enters, 10u) << "each look enters the kernel";
}

TEST_P(SpinTest, finds_a_timer_while_it_spins_and_does_not_sleep) {
  std::unique_ptr<Worker> const worker = make(1 * seconds);
  bool fired = false;
  Completion timer;
  timer.context = &fired;
  timer.callback = [](Completion& self, Outcome) { *static_cast<bool*>(self.context) = true; };
  worker->ring().timeout(timer, worker->clock().now());
  while (!fired) worker->step();  // it is due at once
  EXPECT_EQ(worker->counters().spins_found, 1u);
  EXPECT_EQ(worker->counters().spins_in_vain, 0u);
  EXPECT_EQ(worker->counters().parks, 0u);
}

TEST_P(SpinTest, does_not_spin_while_there_is_something_to_do) {
  std::unique_ptr<Worker> const worker = make(1 * seconds);
  Input<int> input;
  int sum = 0;
  struct Sum {
    Input<int>& input;
    int& sum;
    void install(Graph& graph) && {
      Input<int>* const from = &input;
      int* const to = &sum;
      Subgraph& reader = graph.make_subgraph("sum", 0, {}, {}, [=](Activation& activation) {
        bool const done = from->drain([&](int item) { *to += item; }, activation.budget);
        return done ? Status::done : Status::yielded;
      });
      input.attach(graph, reader);
    }
  };
  worker->add(Sum{input, sum});
  for (int i = 0; i < 3; ++i) {
    input.give(1);
    worker->step();
  }
  EXPECT_EQ(sum, 3);
  EXPECT_EQ(worker->counters().spins_found + worker->counters().spins_in_vain, 0u);
}

TEST_P(SpinTest, serves_while_it_spins) {
  std::unique_ptr<Worker> const worker = make(100 * microseconds);
  Endpoint& server = *worker->listen(Address::loopback(0)).value();
  worker->add(Echo{server});
  Client client(kernel_.make_peer(), server.address());
  for (int i = 0; i < 50; ++i) client.send(framed("hello"));
  EXPECT_TRUE(worker->run_until([&] {
    client.act();
    return client.received.size() == 50 * framed("hello").size();
  }));
}

}  // namespace
}  // namespace weir

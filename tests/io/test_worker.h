// For the tests of io: a worker on the kernel under test, files that it can open, and what its
// flows have come to.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/ring/test_files.h"
#include "weir/sim/test_kernels.h"
#include "weir/worker/worker.h"

namespace weir {

// Ends a worker before what its flows refer to.
struct WorkerEnd {
  std::unique_ptr<Worker>& worker;
  ~WorkerEnd() { worker.reset(); }
};

class WorkerFixture : public testing::TestWithParam<KernelChoice> {
 protected:
  void SetUp() override { make_worker({}); }

  // Another worker instead; before anything else.
  void make_worker(TickBudget budget, Duration stop_time_max = 5 * seconds) {
    worker_.reset();
    WorkerOptions options;
    options.make_kernel = [this] { return test_.make_kernel(); };
    options.setup.hide = test_.hide();
    options.tick_budget = budget;
    options.stop_time_max = stop_time_max;
    worker_ = std::move(Worker::make(std::move(options))).value();
  }

  bool simulated() const { return test_.simulated(); }
  Worker& worker() { return *worker_; }

  // Steps until `predicate` holds. False if it cannot, or if the loop turned without a reason: it
  // began a step by sleeping, was not woken, and had something to do all the same.
  testing::AssertionResult until(std::function<bool()> const& predicate) {
    Instant const end = simulated() ? never : worker_->clock().now() + 30 * seconds;
    for (std::uint32_t i = 0; i < 400'000 && worker_->clock().now() < end; ++i) {
      if (predicate()) return testing::AssertionSuccess();
      if (simulated() && test_.world()->deadlocked()) break;
      bool const slept = worker_->may_sleep();
      RingCounters const before = worker_->ring().counters();
      Duration const patience = simulated() ? never : 20 * milliseconds;
      worker_->step(patience == never ? never : worker_->clock().now() + patience);
      RingCounters const& after = worker_->ring().counters();
      bool const woken = before.completions != after.completions || before.wakes != after.wakes;
      if (slept && !woken && before.submissions != after.submissions)
        return testing::AssertionFailure() << "it slept although there was something to do";
    }
    if (predicate()) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "it never happened" << describe();
  }
  // Some turns, for what must not happen.
  void run_for(Duration duration) {
    Instant const end = worker_->clock().now() + duration;
    while (worker_->clock().now() < end) {
      std::uint64_t const before = worker_->ring().counters().enters;
      worker_->step(end);
      ASSERT_LT(worker_->ring().counters().enters - before, 50u);
    }
  }
  std::string describe() { return simulated() ? "\n" + test_.world()->describe() : ""; }

  static std::string failure_of(FlowHandle const& flow) {
    Failure const* const failure = flow.failure();
    return failure == nullptr ? "" : failure->node + ": " + failure->what;
  }
  // The same, where it lies in a folder of the test.
  std::string failure_in_files(FlowHandle const& flow) {
    std::string text = failure_of(flow);
    std::string const folder = files_.path("");
    for (std::size_t at = text.find(folder); !folder.empty() && at != text.npos;
         at = text.find(folder)) {
      text.erase(at, folder.size());
    }
    return text;
  }

  TestKernel test_{GetParam()};
  TestFiles files_{test_.world()};
  std::unique_ptr<Worker> worker_;
};

}  // namespace weir

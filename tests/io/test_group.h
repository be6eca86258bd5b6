// Several workers on one thread, stepped in turn: what the tests of exchanges between them play on.
// In a simulated world everything about a run follows from its seed.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/sim/kernel_sim.h"
#include "weir/sim/test_kernels.h"
#include "weir/worker/worker.h"

namespace weir {

class TestGroup {
 public:
  TestGroup(KernelChoice const& choice, std::uint32_t count, TickBudget budget = {},
            Duration stop_time_max = 5 * seconds)
      : kernel_(choice) {
    for (std::uint32_t number = 0; number < count; ++number) {
      WorkerOptions options;
      options.make_kernel = [this] { return kernel_.make_kernel(); };
      options.setup.hide = kernel_.hide();
      options.tick_budget = budget;
      options.number = number;
      options.stop_time_max = stop_time_max;
      workers_.push_back(std::move(Worker::make(std::move(options))).value());
    }
  }
  ~TestGroup() { workers_.clear(); }

  std::uint32_t count() const { return static_cast<std::uint32_t>(workers_.size()); }
  Worker& operator[](std::size_t i) { return *workers_[i]; }
  bool simulated() const { return kernel_.simulated(); }
  TestKernel& kernel() { return kernel_; }
  void drop(std::size_t i) { workers_[i].reset(); }

  // `install(worker, index)` adds the flow of each.
  std::vector<FlowHandle> add(std::function<FlowHandle(Worker&, std::uint32_t)> const& install) {
    std::vector<FlowHandle> flows;
    for (std::uint32_t i = 0; i < count(); ++i) flows.push_back(install(*workers_[i], i));
    return flows;
  }
  // Each ends with its input, as run_to_end() has it.
  void begin_run_to_end() {
    for (auto const& worker : workers_) worker->begin_run_to_end();
  }
  bool stopped() const {
    for (auto const& worker : workers_)
      if (worker != nullptr && !worker->stopped()) return false;
    return true;
  }

  // Steps them in turn until `predicate` holds. False if it cannot: they sleep, and nothing will
  // ever wake them, or this takes too long. In a simulated world one that sleeps is not looked at
  // before its kernel says so: a wake-up that is missing is noticed.
  testing::AssertionResult until(std::function<bool()> const& predicate) {
    std::uint32_t asleep = 0;
    asleep_.assign(workers_.size(), false);  // the test may have done something to them
    for (std::uint32_t i = 0; i < 2'000'000; ++i) {
      if (predicate()) return testing::AssertionSuccess();
      std::uint64_t const before = work();
      bool any = false;
      for (std::size_t w = 0; w < workers_.size(); ++w)
        any = (workers_[w] != nullptr && step(w)) || any;
      if (!any) kernel_.world()->advance(50 * microseconds);
      asleep = before == work() ? asleep + 1 : 0;
      if (asleep == 2000) return testing::AssertionFailure() << "all sleep" << describe();
    }
    return testing::AssertionFailure() << "it never happened" << describe();
  }
  testing::AssertionResult run_to_end() {
    begin_run_to_end();
    return until([this] { return stopped(); });
  }
  std::string describe() {
    return kernel_.world() == nullptr ? "" : "\n" + kernel_.world()->describe();
  }

 private:
  // False if it sleeps.
  bool step(std::size_t i) {
    Worker& worker = *workers_[i];
    if (!simulated()) {
      worker.step(worker.clock().now() + 1 * milliseconds);
      return true;
    }
    auto const& kernel = static_cast<SimKernel const&>(worker.ring().kernel());
    if (asleep_[i] && !kernel.has_work()) return false;
    std::uint64_t const before = work();
    std::uint64_t const parks = worker.ring().counters().parks;
    worker.step();
    bool const quiet = worker.ring().counters().parks > parks && before == work();
    asleep_[i] = quiet && falls_asleep(worker) && !kernel.has_work();
    return true;
  }
  // What a turn of its loop says right before it sleeps.
  static bool falls_asleep(Worker& worker) {
    for (auto const& flow : worker.flows())
      for (auto const& gate : flow->gates) gate->announce_sleep();
    return worker.may_sleep();
  }
  // Grows when anything happens but looking.
  std::uint64_t work() const {
    std::uint64_t all = 0;
    for (auto const& worker : workers_) {
      if (worker == nullptr) continue;
      RingCounters const& counters = worker->ring().counters();
      all += counters.completions + counters.submissions + counters.wakes;
      for (auto const& flow : worker->flows()) all += flow->graph.counters().activations;
    }
    return all;
  }

  TestKernel kernel_;
  std::vector<bool> asleep_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace weir

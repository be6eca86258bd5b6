#include "weir/io/interval.h"

#include <vector>

#include "tests/io/test_worker.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/limits.h"

namespace weir {
namespace {

class IntervalTest : public WorkerFixture {};
INSTANTIATE_TEST_SUITE_P(Kernels, IntervalTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(IntervalTest, gives_the_moment_it_begins_and_then_one_in_each_period) {
  std::vector<Instant> due;
  Instant const begin = worker().clock().now();
  worker().add(flow(source_interval(worker(), 2 * milliseconds) >>
                    for_each([&](Instant instant) { due.push_back(instant); })));
  Instant const added = worker().clock().now();
  ASSERT_TRUE(until([&] { return due.size() >= 1; }));
  EXPECT_GE(due[0], begin);
  EXPECT_LE(due[0], added) << "the first at once";
  ASSERT_TRUE(until([&] { return due.size() >= 5; }));
  for (std::size_t i = 1; i < due.size(); ++i) EXPECT_EQ(due[i] - due[0], i * 2 * milliseconds);
  EXPECT_GE(worker().clock().now(), due.back()) << "never before it is due";
}

TEST_P(IntervalTest, missed_moments_come_in_a_burst_of_their_own_instants) {
  std::vector<Instant> due;
  FlowHandle handle =
      worker().add(flow(source_interval(worker(), 1 * milliseconds) >>
                        for_each([&](Instant instant) { due.push_back(instant); })));
  ASSERT_TRUE(until([&] { return !due.empty(); }));
  std::size_t const before = due.size();
  Hold hold(handle.graph());
  hold.set();  // something downstream is full for a while
  Instant const end = worker().clock().now() + 5 * milliseconds;
  while (worker().clock().now() < end) worker().step(end);
  EXPECT_EQ(due.size(), before);
  hold.release();
  worker().step(worker().clock().now());
  EXPECT_GE(due.size(), before + 5);
  for (std::size_t i = 1; i < due.size(); ++i) EXPECT_EQ(due[i] - due[i - 1], 1 * milliseconds);
}

TEST_P(IntervalTest, while_held_it_sleeps) {
  FlowHandle handle =
      worker().add(flow(source_interval(worker(), 10 * microseconds) >> for_each([](Instant) {})));
  worker().step(worker().clock().now());
  Hold hold(handle.graph());
  hold.set();
  worker().step(worker().clock().now() + milliseconds);
  std::uint64_t const enters = worker().ring().counters().enters;
  Instant const end = worker().clock().now() + 10 * milliseconds;
  while (worker().clock().now() < end) worker().step(end);
  EXPECT_LT(worker().ring().counters().enters - enters, 30u);
}

TEST_P(IntervalTest, stop_ends_it_at_once) {
  int count = 0;
  FlowHandle handle = worker().add(
      flow(source_interval(worker(), 3600 * seconds) >> for_each([&](Instant) { ++count; })));
  ASSERT_TRUE(until([&] { return count == 1; }));
  worker().stop();
  worker().run();
  EXPECT_TRUE(handle.ended());
  EXPECT_EQ(worker().ring().pending_count(), 0u);
}

class SimulatedIntervalTest : public IntervalTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, SimulatedIntervalTest, testing::ValuesIn(sim_kernels()), name_of);

TEST_P(SimulatedIntervalTest, a_burst_is_bounded_and_keeps_the_latest) {
  std::vector<Instant> due;
  worker().add(flow(source_interval(worker(), 1 * milliseconds) >>
                    for_each([&](Instant instant) { due.push_back(instant); })));
  ASSERT_TRUE(until([&] { return due.size() == 1; }));
  Instant const first = due[0];
  test_.world()->advance(3000 * milliseconds);  // the machine was suspended
  due.clear();
  ASSERT_TRUE(until([&] { return !due.empty(); }));
  EXPECT_EQ(due.size(), interval_burst_items_max);
  EXPECT_EQ((due.back() - first) % milliseconds, 0u);
  EXPECT_LE(worker().clock().now() - due.back(), 1 * milliseconds + 10 * microseconds);
  std::size_t const burst = due.size();
  ASSERT_TRUE(until([&] { return due.size() > burst; }));
  EXPECT_EQ(due[burst] - due[burst - 1], 1 * milliseconds);
}

TEST_P(SimulatedIntervalTest, an_hour_takes_no_time) {
  int count = 0;
  worker().add(
      flow(source_interval(worker(), 60 * seconds) >> for_each([&](Instant) { ++count; })));
  ASSERT_TRUE(until([&] { return count == 61; }));
}

}  // namespace
}  // namespace weir

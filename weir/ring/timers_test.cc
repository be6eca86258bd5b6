#include "weir/ring/timers.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include "tests/ring/recorder.h"
#include "weir/base/random.h"

namespace weir {
namespace {

// ---- the heap -----------------------------------------------------------------------------------

TEST(Timers, GivesTheNearestFirstWhateverWasAddedAndRemoved) {
  std::uint64_t const seed = test_seed(1);
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
  Random random(seed);
  Timers timers;
  std::vector<std::unique_ptr<Completion>> completions;  // those in the heap, oldest first
  for (int i = 0; i < 3'000; ++i) {
    std::uint64_t const choice = random.below(5);
    if (choice < 3 || completions.empty()) {
      completions.push_back(std::make_unique<Completion>());
      completions.back()->opcode = Opcode::timeout;
      completions.back()->deadline = random.below(200);
      timers.add(*completions.back());
    } else if (choice == 3) {
      auto const victim =
          completions.begin() + static_cast<std::ptrdiff_t>(random.below(completions.size()));
      timers.remove(**victim);
      completions.erase(victim);
    } else {
      auto const nearest = std::ranges::min_element(completions, {}, &Completion::deadline);
      ASSERT_EQ(timers.nearest(), (*nearest)->deadline);
      ASSERT_EQ(&timers.pop(), nearest->get());  // the oldest of equals
      completions.erase(nearest);
    }
    ASSERT_EQ(timers.empty(), completions.empty());
  }
}

TEST(Timers, WithoutAnyTheNearestIsNever) {
  Timers timers;
  EXPECT_TRUE(timers.empty());
  EXPECT_EQ(timers.nearest(), never);
}

// ---- in a ring ----------------------------------------------------------------------------------

class RingTimerTest : public RingFixture {
 protected:
  Instant now() { return ring().clock().now(); }
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingTimerTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(RingTimerTest, FireByDeadlineAndEqualOnesInTheOrderOfTheirSubmission) {
  Instant const start = now();
  std::vector<int> fired;
  Duration const delays[] = {3, 1, 2, 1, 0, 3};
  std::vector<std::unique_ptr<Recorder>> timers;
  for (int i = 0; i < 6; ++i) {
    timers.push_back(std::make_unique<Recorder>(ring()));
    timers.back()->then = [&fired, i] { fired.push_back(i); };
    ring().timeout(*timers.back(), start + delays[i] * milliseconds);
  }
  EXPECT_EQ(ring().pending_count(), 6u);
  ASSERT_TRUE(until([&] { return fired.size() == 6; }));
  EXPECT_EQ(fired, (std::vector<int>{4, 1, 3, 2, 0, 5}));
  EXPECT_GE(now(), start + 3 * milliseconds);
  for (auto const& timer : timers) EXPECT_EQ(timer->results, std::vector<std::int32_t>{0});
}

TEST_P(RingTimerTest, AParkLastsUntilTheNearestIsDue) {
  Instant const due = now() + 2 * milliseconds;
  Recorder timer(ring());
  ring().timeout(timer, due);
  while (!timer.end_count) {
    ASSERT_LT(ring().counters().enters, 100u);  // it slept, rather than look again and again
    ring().step(Wait::park);
  }
  EXPECT_GE(now(), due);
}

TEST_P(RingTimerTest, AParkLastsUntilItsDeadlineIfNothingElseHappens) {
  Instant const deadline = now() + 2 * milliseconds;
  while (now() < deadline) {
    ASSERT_LT(ring().counters().enters, 100u);
    EXPECT_EQ(ring().step(Wait::park, deadline), 0u);
  }
  ring().step(Wait::park, deadline);  // one that has passed already
}

TEST_P(RingTimerTest, OneInThePastFiresAtOnceEvenWithoutAPark) {
  Recorder timer(ring());
  ring().timeout(timer, 0);
  EXPECT_TRUE(timer.results.empty());  // but never from inside the submission
  EXPECT_EQ(ring().step(Wait::poll), 1u);
  EXPECT_EQ(timer.result(), 0);
}

TEST_P(RingTimerTest, CancelEndsOneAndTellsSo) {
  Recorder timer(ring()), quiet(ring()), cancel(ring()), late(ring());
  ring().timeout(timer, now() + 3600 * seconds);
  ring().timeout(quiet, never);
  ring().cancel(cancel, timer);
  ring().cancel(late, timer);
  ring().cancel_quietly(quiet);
  EXPECT_EQ(ring().step(Wait::park), 4u);  // does not sleep: there is something to run
  EXPECT_EQ(timer.results, std::vector<std::int32_t>{-ECANCELED});
  EXPECT_EQ(quiet.results, std::vector<std::int32_t>{-ECANCELED});
  EXPECT_EQ(cancel.result(), 1);
  EXPECT_EQ(late.result(), 0);
  EXPECT_EQ(ring().pending_count(), 0u);
}

TEST_P(RingTimerTest, ACallbackMaySetItsTimerAgain) {
  Recorder timer(ring());
  timer.then = [&] {
    if (timer.end_count < 5) ring().timeout(timer, now() + 100 * microseconds);
  };
  ring().timeout(timer, now());
  ASSERT_TRUE(until([&] { return timer.end_count == 5; }));
  EXPECT_TRUE(timer.idle());
}

}  // namespace
}  // namespace weir

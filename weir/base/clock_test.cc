#include "weir/base/clock.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Clock, NeverGoesBack) {
  MonotonicClock const clock;
  Instant last = clock.now();
  for (int i = 0; i < 10'000; ++i) {
    Instant const now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(Clock, CyclesRunAtTheRateThatWasMeasured) {
  double const rate = cycles_per_nanosecond();
  EXPECT_GT(rate, 0.005);  // some ARM counters run at 24 MHz
  EXPECT_LT(rate, 10.0);
  EXPECT_EQ(cycles_per_nanosecond(), rate);
  MonotonicClock const clock;
  Instant const begin = clock.now();
  std::uint64_t const first = cycles();
  while (clock.now() - begin < 20 * milliseconds) {}
  auto const counted = static_cast<double>(cycles() - first);
  auto const elapsed = static_cast<double>(clock.now() - begin);
  EXPECT_NEAR(counted / elapsed / rate, 1.0, 0.25);
}

}  // namespace
}  // namespace weir

#include "weir/base/clock.h"

#include <time.h>

namespace weir {

Instant MonotonicClock::now() const {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<Instant>(time.tv_sec) * seconds + static_cast<Instant>(time.tv_nsec);
}

double cycles_per_nanosecond() {
  static double const rate = [] {
    MonotonicClock const clock;
    Instant const begin = clock.now();
    std::uint64_t const first = cycles();
    Instant end = begin;
    while (end - begin < 2 * milliseconds) end = clock.now();  // bounded by the clock
    return static_cast<double>(cycles() - first) / static_cast<double>(end - begin);
  }();
  return rate;
}

}  // namespace weir

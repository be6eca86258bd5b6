// Time is passed in, never read from the air: a Clock for instants, cycles() for counters.
#pragma once

#include <cstdint>

namespace weir {

// Nanoseconds since a fixed but unspecified start; never goes back.
using Instant = std::uint64_t;
// Nanoseconds.
using Duration = std::uint64_t;

inline constexpr Duration microseconds = 1'000;
inline constexpr Duration milliseconds = 1'000'000;
inline constexpr Duration seconds = 1'000'000'000;
inline constexpr Instant never = ~Instant{0};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

// CLOCK_MONOTONIC.
class MonotonicClock final : public Clock {
 public:
  Instant now() const override;
};

// The processor's own counter: 6-9 ns a read where clock_gettime costs 20-40. Only counters and the
// time budget of a tick use it; nothing that decides what is computed does.
inline std::uint64_t cycles() {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  std::uint64_t count;
  asm volatile("mrs %0, cntvct_el0" : "=r"(count));
  return count;
#else
#error "weir: this processor has no known cycle counter; add it to weir/base/clock.h"
#endif
}

// Measured once, on first use.
double cycles_per_nanosecond();

}  // namespace weir

// Every decision of a simulated world comes from here: one seed, one sequence of numbers.
#pragma once

#include <cstdint>

#include "weir/base/assert.h"
#include "weir/base/random.h"
#include "weir/sim/options.h"

namespace weir {

class Chance {
 public:
  Chance(std::uint64_t seed, SimOptions const& given)
      : options(given), seed_(seed), random_(seed) {}

  // True once in `n` times; never if n is 0, and then no number is drawn.
  bool once_in(std::uint32_t n) { return n != 0 && random_.once_in(n); }

  // In [low, high].
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    WEIR_ASSERT(low <= high);
    return low == high ? low : low + random_.below(high - low + 1);
  }

  Duration latency() { return between(options.latency_min, options.latency_max); }

  std::uint64_t seed() const { return seed_; }

  SimOptions options;

 private:
  std::uint64_t seed_;
  Random random_;
};

}  // namespace weir

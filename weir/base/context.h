// What a user function may ask about the moment it is called in: take a `Context const&` first.
#pragma once

#include <cstdint>

#include "weir/base/clock.h"

namespace weir {

// The instant of a tick: the same for all who ask for it in that tick. The clock is read when the
// first one asks, so a tick in which nobody does costs nothing.
class TickTime {
 public:
  TickTime() = default;  // CLOCK_MONOTONIC
  explicit TickTime(Clock const& clock) : clock_(&clock) {}

  void begin_tick() { instant_ = never; }
  Instant get() const {
    if (instant_ == never) instant_ = clock_ != nullptr ? clock_->now() : MonotonicClock().now();
    return instant_;
  }

 private:
  Clock const* clock_ = nullptr;
  mutable Instant instant_ = never;
};

struct Context {
  std::uint64_t current_tick = 0;
  TickTime const* time = nullptr;

  Instant now() const { return time->get(); }
};

}  // namespace weir

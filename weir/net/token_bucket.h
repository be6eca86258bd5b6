// Bytes per second as one instant: a token bucket that needs no clockwork (the virtual scheduling
// algorithm of ITU-T I.371).
//
// Each byte is worth a time. What has come is worth the time until `ready_at`; so long before now
// as the burst time there is nothing left to remember. What comes at once may exceed the burst:
// the time it is worth has to pass all the same, so the rate holds over any long time.
#pragma once

#include <algorithm>
#include <cstdint>

#include "weir/base/assert.h"
#include "weir/base/clock.h"

namespace weir {

struct ByteRate {
  std::uint64_t bytes_per_second = 0;  // 0: as much as comes
  Duration burst_time = 1 * seconds;   // what may come at once: as much as in so long

  bool limited() const { return bytes_per_second > 0; }
};

class TokenBucket {
 public:
  void charge(ByteRate const& rate, std::uint32_t bytes, Instant now) {
    WEIR_ASSERT(rate.limited());
    WEIR_ASSERT(bytes > 0);
    Duration const worth = (bytes * seconds - 1) / rate.bytes_per_second + 1;  // below 2^62
    Instant const forgotten = now - std::min(now, rate.burst_time);
    ready_at_ = std::max(ready_at_, forgotten);
    ready_at_ = worth < never - ready_at_ ? ready_at_ + worth : never - 1;
  }
  // More may come from then on.
  Instant ready_at() const { return ready_at_; }
  // As if nothing had ever come.
  bool full(ByteRate const& rate, Instant now) const {
    return ready_at_ <= now - std::min(now, rate.burst_time);
  }

 private:
  Instant ready_at_ = 0;
};

}  // namespace weir

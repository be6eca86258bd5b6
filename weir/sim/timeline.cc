#include "weir/sim/timeline.h"

#include "weir/base/assert.h"

namespace weir {

// Events that plan events for the same instant without end would hang the world.
constexpr std::uint64_t events_at_one_instant_max = 10'000'000;

void Timeline::after(Duration delay, void const* owner, std::function<void()> action) {
  WEIR_ASSERT(delay < never - now_);
  events_.emplace(std::pair{now_ + delay, planned_count_++}, Event{owner, std::move(action)});
}

void Timeline::forget(void const* owner) {
  std::erase_if(events_, [owner](auto const& entry) { return entry.second.owner == owner; });
}

Instant Timeline::next() const { return events_.empty() ? never : events_.begin()->first.first; }

void Timeline::run_due() {
  std::uint64_t count = 0;
  while (next() <= now_) {
    auto const first = events_.extract(events_.begin());
    WEIR_ASSERT(first.key().first == now_);
    first.mapped().action();
    WEIR_ASSERT(++count < events_at_one_instant_max);
  }
}

void Timeline::run_until(Instant instant) {
  WEIR_ASSERT(instant >= now_);
  run_due();
  while (next() <= instant) {
    now_ = next();
    run_due();
  }
  WEIR_ASSERT(next() > instant);
  now_ = instant;
}

}  // namespace weir

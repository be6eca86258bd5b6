#include "weir/net/silence_watch.h"

#include <algorithm>

#include "weir/net/connection.h"
#include "weir/net/endpoint.h"

namespace weir {

namespace {

constexpr Duration looks_in_time = 8;
// Looks are due at multiples of this part of the period, so that one wake-up does many.
constexpr Duration grains_in_period = 8;

Instant later(Instant now, Duration time) { return time < never - now ? now + time : never; }

}  // namespace

SilenceWatch::SilenceWatch(EndpointOptions const& options)
    : hello_time_(options.hello_time), period_(never) {
  Duration const time = std::min(options.idle_time, options.frame_time);
  if (time != never) period_ = std::max<Duration>(time / looks_in_time, 1);
}

Instant SilenceWatch::next_look(Instant now) const {
  Duration const grain = std::max<Duration>(period_ / grains_in_period, 1);
  Instant const due = later(now, period_);
  return due < never - grain ? (due + grain - 1) / grain * grain : never;
}

Instant SilenceWatch::begin(Connection& connection, Instant now) {
  Watched& watched = connection.watched();
  watched = {};
  Instant first = never;
  if (hello_time_ != never) {
    first = watched.hello_deadline = later(now, hello_time_);
    greeting_.push_back(connection);
  }
  if (period_ != never) {
    watched.quiet_since = now;
    watched.look_at = next_look(now);
    first = std::min(first, watched.look_at);
    watched_.push_back(connection);
  }
  return first;
}

// Both loops end: who is looked at leaves the list, or goes behind `now`.
Instant SilenceWatch::check(Instant now) {
  while (Connection* const first = greeting_.front()) {
    if (first->watched().hello_deadline > now) break;
    Connections<On::greeting>::remove(*first);
    if (first->check_hello()) continue;
    first->watched().hello_deadline = later(now, std::max<Duration>(hello_time_, 1));
    greeting_.push_back(*first);
  }
  while (Connection* const first = watched_.front()) {
    if (first->watched().look_at > now) break;
    Connections<On::watched>::remove(*first);
    first->check_silence(now);
    if (first->state() != Connection::State::open) continue;
    first->watched().look_at = next_look(now);
    watched_.push_back(*first);
  }
  Connection* const greeting = greeting_.front();
  Connection* const watched = watched_.front();
  return std::min(greeting == nullptr ? never : greeting->watched().hello_deadline,
                  watched == nullptr ? never : watched->watched().look_at);
}

}  // namespace weir

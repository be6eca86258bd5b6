// The virtual clock and what is going to happen on it. Events of the same instant happen in the
// order in which they were planned, which makes a world with no latency at all behave like plain
// calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "weir/base/clock.h"

namespace weir {

class Timeline final : public Clock {
 public:
  Instant now() const override { return now_; }

  // `owner` is whom the action belongs to: forget(owner) drops all of its actions.
  void after(Duration delay, void const* owner, std::function<void()> action);
  void forget(void const* owner);

  // When the next event is due; never if none is planned.
  Instant next() const;

  // Runs what is due now, and what that plans for now.
  void run_due();
  // Moves to `instant`, which must not be past, running everything due on the way.
  void run_until(Instant instant);

  std::size_t planned() const { return events_.size(); }

 private:
  struct Event {
    void const* owner;
    std::function<void()> action;
  };

  // Not 0: a program may take the instant 0 for "no time".
  Instant now_ = 1 * seconds;
  std::uint64_t planned_count_ = 0;
  std::map<std::pair<Instant, std::uint64_t>, Event> events_;
};

}  // namespace weir

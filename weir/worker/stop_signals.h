// SIGTERM and SIGINT as a wish that a worker, or a group of them, should stop. The first one is a
// result of the ring, so it is seen between two ticks; from then on another one ends the process.
#pragma once

#include <array>

#include "weir/base/result.h"
#include "weir/ring/completion.h"
#include "weir/ring/signals.h"

namespace weir {

class Ring;

class StopSignals {
 public:
  // `stop` is called on the ring's thread, in a step, once.
  using Stop = void (*)(void* context);

  StopSignals(Ring& ring, Stop stop, void* context);
  // close() first.
  ~StopSignals();
  StopSignals(StopSignals const&) = delete;
  StopSignals& operator=(StopSignals const&) = delete;

  Result<void> open();
  // Steps the ring until nothing of it is in there; signals act again as before.
  void close();

 private:
  void came(Outcome const& outcome);

  Ring& ring_;
  Stop const stop_;
  void* const context_;
  Signals signals_;
  Completion next_;
  Completion close_;
};

// SIGTERM and SIGINT are blocked for the thread that has made this, and for those that it starts,
// as long as it lives.
class BlockedStopSignals {
 public:
  explicit BlockedStopSignals(bool blocks);
  ~BlockedStopSignals();
  BlockedStopSignals(BlockedStopSignals const&) = delete;
  BlockedStopSignals& operator=(BlockedStopSignals const&) = delete;

 private:
  std::array<bool, 2> blocked_{};  // by this
};

}  // namespace weir

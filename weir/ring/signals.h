// Signals of the process as results of the ring: how a program learns that it should end.
//
//   Signals signals;
//   signals.open(ring, std::array{SIGTERM, SIGINT});
//   signals.next(completion);        // in its callback: signals.number()
//
// They are blocked for the thread that opens this, so it must be done before other threads are
// started (or in each of them), or one of those gets the signal and the program ends without a
// word. They stay blocked. A signal that comes again before it was taken comes once, as everywhere.
//
// What a program mostly wants is to end: worker/worker.h, or stop_on_signals.h for coroutines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "weir/base/result.h"
#include "weir/ring/completion.h"

namespace weir {

class Ring;

class Signals {
 public:
  Signals() = default;
  Signals(Signals const&) = delete;
  Signals& operator=(Signals const&) = delete;

  // Once. The ring must outlive this.
  Result<void> open(Ring& ring, std::span<int const> numbers);
  // Waits for the next one; this must live until the terminal result, which is negative or says
  // that there is one.
  void next(Completion& completion);
  // Which one it was.
  int number() const;

  // From now on one more of them ends the process at once, whatever any thread is busy with; its
  // exit status is 128 + the signal's number, as a shell has it.
  void end_process_at_next();
  // They act again as they did before open(). On its thread.
  void hand_back();

  // To be closed, through the ring, when nothing waits any more; -1 unless open.
  int descriptor() const { return descriptor_; }

 private:
  // struct signalfd_siginfo, of which Weir looks at the first word.
  static constexpr std::uint32_t record_size = 128;

  Ring* ring_ = nullptr;
  int descriptor_ = -1;
  std::uint64_t numbers_ = 0;  // a bit each, from 1
  std::uint64_t blocked_ = 0;  // those among them that open() has blocked
  bool ends_process_ = false;
  alignas(8) std::byte record_[record_size]{};
};

}  // namespace weir

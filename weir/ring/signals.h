// Signals of the process as results of the ring: how a program learns that it should end.
//
//   Signals signals;
//   signals.open(ring, std::array{SIGTERM, SIGINT});
//   signals.next(completion);        // in its callback: signals.number()
//
// They are blocked for the thread that opens this, so it must be done before other threads are
// started (or in each of them), or one of those gets the signal and the program ends without a
// word. They stay blocked. A signal that comes again before it was taken comes once, as everywhere.
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

  // To be closed, through the ring, when nothing waits any more; -1 unless open.
  int descriptor() const { return descriptor_; }

 private:
  // struct signalfd_siginfo, of which Weir looks at the first word.
  static constexpr std::uint32_t record_size = 128;

  Ring* ring_ = nullptr;
  int descriptor_ = -1;
  alignas(8) std::byte record_[record_size]{};
};

}  // namespace weir

// How one thread wakes another that sleeps in the kernel, without ever missing it and without a
// system call when nobody sleeps.
//
//                 park()                      wake()
//     awake ───────────────▶ parked ───────────────────▶ woken      (writes the eventfd)
//       ▲  ▲    unpark()       │                           │
//       │  └───────────────────┘                           │
//       └──────────────────────────────────────────────────┘  park() refuses, or unpark()
//
// wake() while awake leaves `woken` behind, so the next park() refuses and nothing is lost between
// the check and the sleep. Only the wake that finds `parked` writes; the rest coalesce. The write
// may come after the sleeper has gone on for another reason: then one later sleep ends early, which
// every caller of a sleep must bear anyway. The eventfd is never read: both kernels watch it
// edge-triggered.
#pragma once

#include <atomic>
#include <cstdint>

#include "weir/base/result.h"

namespace weir {

class KernelWaker {
 public:
  KernelWaker() = default;
  KernelWaker(KernelWaker const&) = delete;
  KernelWaker& operator=(KernelWaker const&) = delete;
  ~KernelWaker();

  Result<void> open();
  int descriptor() const { return descriptor_; }

  // The sleeper's: false if it must not sleep, because a wake came since the last unpark.
  bool park();
  // The sleeper's, once after each park that was true: whether a wake came meanwhile.
  bool unpark();
  // From any thread.
  void wake();

 private:
  enum State : std::uint32_t { awake, parked, woken };

  std::atomic<std::uint32_t> state_ = awake;
  int descriptor_ = -1;
};

}  // namespace weir

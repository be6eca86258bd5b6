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
//
// Where the kernel lets any thread post a completion to a ring (features.message_wakes), the wake
// that finds `parked` does that instead, and writes only if it is refused: for lack of memory, say.
// It ends a sleep in an enter. A sleeper that waits in a loop of somebody else's is `hosted`
// instead of `parked`: what is written to then is the eventfd that this loop watches.
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
  // From now on by messages to that ring, which lives as long as this. Before anybody wakes.
  void use_messages(int ring_descriptor) { ring_descriptor_ = ring_descriptor; }

  // An eventfd, for park_hosted(). Before anybody wakes.
  void use_host_event(int host_event) { host_event_ = host_event; }

  // The sleeper's: false if it must not sleep, because a wake came since the last unpark. It will
  // sleep in an enter, or wait for the host's event.
  bool park() { return leave_awake(parked); }
  bool park_hosted() { return leave_awake(hosted); }
  // The sleeper's, once after each park that was true: whether a wake came meanwhile.
  bool unpark();
  // From any thread.
  void wake();

 private:
  enum State : std::uint32_t { awake, parked, hosted, woken };

  bool leave_awake(State next);

  std::atomic<std::uint32_t> state_ = awake;
  int descriptor_ = -1;
  int ring_descriptor_ = -1;
  int host_event_ = -1;
};

// Posts a completion to a ring, from any thread. Returns 0 or -errno.
int send_message(int ring_descriptor, std::uint64_t user_data);

}  // namespace weir

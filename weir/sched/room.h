// Who waits for room in something bounded: a sink of dest_sink, a Channel. Each is told once, and
// each knows itself by its context, so that several flows can wait for the same room.
#pragma once

#include <vector>

#include "weir/sched/graph.h"

namespace weir {

// Its owner guards it with the mutex that guards its items: who was taken back is not called any
// more, and nobody misses the moment between a refusal and his waiting. So a waker must not come
// back to the owner.
class RoomWaiters {
 public:
  bool empty() const { return waiting_.empty(); }

  // Replaces the one of the same context; without a function, it only takes that one back.
  void add(Waker waker) {
    std::erase_if(waiting_, [&](Waker const& other) { return other.context == waker.context; });
    if (waker.wake != nullptr) waiting_.push_back(waker);
  }
  // There is room.
  void tell() {
    for (Waker const& waker : waiting_) waker.wake(waker.context);
    waiting_.clear();
  }

 private:
  std::vector<Waker> waiting_;  // as many as there are flows that are full
};

}  // namespace weir

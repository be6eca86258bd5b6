// The last activations of the graphs of a thread, for a picture of where its time went.
//
//   Trace trace(65'536, ring.counters().parks);
//   graph.set_trace(&trace);
//   …
//   for (std::uint32_t i = 0; i < trace.size(); ++i) draw(trace[i]);     // the oldest first
//
// It is a ring buffer: what is older than its size is written over. A graph that is not traced pays
// nothing, and one that is reads no clock for it: an activation ends where the scheduler reads the
// clock for its busy time anyway, and begins where the one before it ended. So nobody reads a clock
// when a thread goes to sleep, either: that it slept since the activation before is seen by a count
// that has grown, and the time is what lies between the two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/base/assert.h"

namespace weir {

class Graph;
struct Subgraph;

struct TracedActivation {
  Graph const* graph = nullptr;
  Subgraph const* subgraph = nullptr;
  std::uint64_t tick = 0;
  std::uint64_t begin = 0;   // both in cycles() (weir/base/clock.h)
  std::uint64_t end = 0;     // begin <= end
  std::uint64_t sleeps = 0;  // of the thread until then
  bool yielded = false;
};

class Trace {
 public:
  // `sleeps` is counted up whenever the thread may have gone to sleep, and lives as long as this.
  Trace(std::uint32_t activations_max, std::uint64_t const& sleeps)
      : ring_(activations_max), sleeps_(sleeps) {
    WEIR_ASSERT(activations_max > 0);
  }
  Trace(Trace const&) = delete;
  Trace& operator=(Trace const&) = delete;

  void note(TracedActivation activation) {
    activation.sleeps = sleeps_;
    ring_[next_] = activation;
    next_ = next_ + 1 == ring_.size() ? 0 : next_ + 1;
    ++noted_;
  }

  std::uint32_t size() const {
    return static_cast<std::uint32_t>(noted_ < ring_.size() ? noted_ : ring_.size());
  }
  // The oldest is 0.
  TracedActivation const& operator[](std::uint32_t n) const {
    WEIR_ASSERT(n < size());
    return noted_ < ring_.size() ? ring_[n] : ring_[(next_ + n) % ring_.size()];
  }
  // Ever, with those that were written over.
  std::uint64_t noted() const { return noted_; }

 private:
  std::vector<TracedActivation> ring_;
  std::uint64_t const& sleeps_;
  std::size_t next_ = 0;
  std::uint64_t noted_ = 0;
};

}  // namespace weir

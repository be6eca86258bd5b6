// The timers of a ring: a binary heap by deadline, so the nearest one becomes the time-out of the
// next park. A timer in the kernel would cost a submission, a completion and a cancel each, and
// race with all three. Timers with equal deadlines come in the order in which they were added.
#pragma once

#include <cstdint>
#include <vector>

#include "weir/base/clock.h"
#include "weir/ring/completion.h"

namespace weir {

class Timers {
 public:
  bool empty() const { return heap_.empty(); }
  // `never` if there is none.
  Instant nearest() const { return heap_.empty() ? never : heap_.front().deadline; }

  // By completion.deadline. Uses completion.ring_index until it is popped or removed.
  void add(Completion& completion);
  void remove(Completion& completion);
  Completion& pop();

 private:
  struct Entry {
    Instant deadline;
    std::uint64_t sequence;
    Completion* completion;
    bool before(Entry const& other) const {
      return deadline != other.deadline ? deadline < other.deadline : sequence < other.sequence;
    }
  };

  void place(std::size_t index, Entry const& entry);
  void sift_up(std::size_t index, Entry const& entry);
  void sift_down(std::size_t index, Entry const& entry);

  std::vector<Entry> heap_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace weir

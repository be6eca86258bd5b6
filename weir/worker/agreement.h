// What several workers find out together: that all of them are at rest at the same time, though
// each can bring work to the others.
//
//   join    I have nothing left to do, and all that I have sent was taken
//   leave   something has come: said before it is taken
//
// Nobody joins while something of his is under way, and who takes it has left before, so as long as
// anything is under way somebody has not joined; and who has joined starts nothing by himself. So
// when all have joined it is over for good. (The sender sees that his item was taken only after the
// receiver has left: taken_ of the mailbox orders the two.)
#pragma once

#include <atomic>
#include <cstdint>

#include "weir/base/assert.h"

namespace weir {

class Agreement {
 public:
  explicit Agreement(std::uint32_t count) : needed_(count) { WEIR_ASSERT(count > 0); }

  // True for the one who makes it complete.
  bool join() {
    std::uint32_t const joined = joined_.fetch_add(1) + 1;
    WEIR_ASSERT(joined <= needed_);
    if (joined < needed_ || reached_.load()) return false;
    reached_.store(true);
    return true;
  }
  void leave() {
    std::uint32_t const before = joined_.fetch_sub(1);
    WEIR_ASSERT(before > 0);
  }
  // All had joined; once and for all.
  bool reached() const { return reached_.load(); }

 private:
  std::uint32_t const needed_;
  std::atomic<std::uint32_t> joined_{0};
  std::atomic<bool> reached_{false};
};

}  // namespace weir

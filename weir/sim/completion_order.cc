#include "weir/sim/completion_order.h"

#include <utility>

#include "weir/base/assert.h"

namespace weir {

bool independent(PostedCompletion const& a, PostedCompletion const& b) {
  if (a.cqe.user_data == b.cqe.user_data) return false;
  if (a.buffer_group >= 0 && a.buffer_group == b.buffer_group) return false;
  for (int const mine : {a.descriptor, a.opened}) {
    for (int const theirs : {b.descriptor, b.opened})
      if (mine >= 0 && mine == theirs) return false;
  }
  return true;
}

// Neighbours change places now and then, several times over: any order can come out in which all
// that depend on each other stay in theirs.
void CompletionOrder::permute(Chance& chance) {
  for (std::size_t pass = 0; pass < posted_.size() && pass < 8; ++pass) {
    for (std::size_t index = 1; index < posted_.size(); ++index) {
      if (!independent(posted_[index - 1], posted_[index])) continue;
      if (chance.once_in(2)) std::swap(posted_[index - 1], posted_[index]);
    }
  }
}

void CompletionOrder::flush(CompletionQueue& queue, Chance& chance) {
  if (chance.options.permute_completions) permute(chance);
  while (!posted_.empty() && *queue.tail - *queue.head <= queue.mask) {
    queue.entries[*queue.tail & queue.mask] = posted_.front().cqe;
    ++*queue.tail;
    posted_.pop_front();
  }
  WEIR_ASSERT(*queue.tail - *queue.head <= queue.mask + 1);
  queue.overflowed = !posted_.empty();
}

}  // namespace weir

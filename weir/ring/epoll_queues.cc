#include "weir/ring/epoll_queues.h"

#include <bit>

#include "weir/base/assert.h"

namespace weir {

void EpollQueues::set_up(Setup const& setup, Kernel& kernel) {
  WEIR_ASSERT(submissions_.empty());
  WEIR_ASSERT(setup.submission_count > 0);
  WEIR_ASSERT(setup.completion_count > 0);
  submissions_.resize(std::bit_ceil(setup.submission_count));
  completions_.resize(std::bit_ceil(setup.completion_count));
  std::uint32_t const submission_mask = static_cast<std::uint32_t>(submissions_.size() - 1);
  std::uint32_t const completion_mask = static_cast<std::uint32_t>(completions_.size() - 1);
  kernel.submissions = {submissions_.data(), &submission_head_, &submission_tail_, submission_mask};
  kernel.completions = {completions_.data(), &completion_head_, &completion_tail_, completion_mask,
                        false};
}

uapi::Sqe EpollQueues::take() {
  WEIR_ASSERT(submission_head_ != submission_tail_);
  return submissions_[submission_head_++ & (submissions_.size() - 1)];
}

void EpollQueues::post(uapi::Cqe const& completion) {
  // Behind those that wait already, or the order would change.
  if (overflowed() || is_full()) waiting_.push_back(completion);
  else append(completion);
}

void EpollQueues::flush() {
  while (overflowed() && !is_full()) {
    append(waiting_.front());
    waiting_.pop_front();
  }
}

void EpollQueues::append(uapi::Cqe const& completion) {
  WEIR_ASSERT(!is_full());
  completions_[completion_tail_++ & (completions_.size() - 1)] = completion;
}

}  // namespace weir

// What a ring has for those around it: another event loop, coroutines, other threads.
#include <atomic>

#include "weir/ring/operations.h"
#include "weir/ring/remote.h"
#include "weir/ring/ring.h"

namespace weir {

namespace {

// How often the end of a ring closes what coroutines open meanwhile.
constexpr std::uint32_t end_rounds_max = 1000;

}  // namespace

// ---- another event loop -------------------------------------------------------------------------

bool Ring::may_wait() {
  WEIR_ASSERT(!stepping_);
  SubmissionQueue const& submissions = kernel_->submissions;
  CompletionQueue const& completions = kernel_->completions;
  auto const indices_meet = [](std::uint32_t* head, std::uint32_t* tail) {
    return std::atomic_ref(*head).load(std::memory_order_acquire) ==
           std::atomic_ref(*tail).load(std::memory_order_acquire);
  };
  if (!queued_.empty() || !backlog_.empty()) return false;
  if (!indices_meet(submissions.head, submissions.tail)) return false;
  if (!indices_meet(completions.head, completions.tail)) return false;
  if (!timers_.empty() && timers_.nearest() <= clock().now()) return false;
  return kernel_->announce_wait();
}

// ---- coroutines ---------------------------------------------------------------------------------

Operations& Ring::operations() {
  if (operations_ == nullptr) operations_ = new Operations(*this);
  return *operations_;
}

void Ring::end_operations() {
  // More than once where a coroutine opens something when what it had was cancelled.
  for (std::uint32_t round = 0; operations_->open_count() > 0; ++round) {
    WEIR_ASSERT(round < end_rounds_max);
    operations_->close_all();
    finish();
  }
  operations_->ring_ended();
}

// ---- other threads ------------------------------------------------------------------------------

Remote Ring::remote(std::uint32_t capacity) {
  WEIR_ASSERT(capacity > 0);
  if (remote_ == nullptr) remote_ = new RemoteQueue(*kernel_, capacity);
  return Remote(*remote_);
}

std::uint32_t Ring::run_posted() { return remote_->has_work() ? remote_->run(*this) : 0; }

void Ring::end_remote() {
  remote_->end();
  remote_->release();
  remote_ = nullptr;
}

// ---- cancellation -------------------------------------------------------------------------------

void Ring::cancel_all(Completion& completion) {
  begin(completion, Opcode::cancel, -1);
  // Its result adds up what the ring and the kernel have found.
  for (; !timers_.empty(); ++completion.size) queue(timers_.pop(), -ECANCELED);
  completion.offset = kernel_->own_count;
  if (ending_) return queue(completion, 0);
  submit(completion);
}

std::int32_t Ring::count_cancelled(Completion const& completion, std::int32_t result) const {
  bool const is_of_all = completion.target == nullptr && completion.descriptor < 0;
  if (!is_of_all || result < 0) return result;
  auto const own = static_cast<std::int32_t>(completion.offset);
  return result - (result < own ? result : own) + static_cast<std::int32_t>(completion.size);
}

}  // namespace weir

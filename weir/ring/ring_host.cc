// What a ring has for those around it: another event loop, coroutines, other threads.
#include <atomic>
#include <cerrno>

#include "weir/ring/operations.h"
#include "weir/ring/prepare.h"
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

void Ring::wake_ring(Completion& completion, Ring& other) {
  WEIR_ASSERT(&other != this);
  WEIR_ASSERT(completion.link == Link::alone && chain_.empty());
  begin(completion, Opcode::wake_ring, other.kernel().descriptor());
  if (!ending_ && features().ring_messages && other.features().ring_messages)
    return submit(completion);
  other.wake();
  queue(completion, 0);
}

std::uint64_t Ring::receive_values(Completion& completion) {
  begin(completion, Opcode::receive_values, -1);
  WEIR_ASSERT(completion.link == Link::alone);
  completion.offset = ++receiver_count_;
  if (ending_) {
    queue(completion, -ECANCELED);
    return completion.offset;
  }
  remote();  // where others leave them without a message
  receivers_.push_back(&completion);
  return completion.offset;
}

void Ring::post_value(Completion& completion, Ring& other, std::uint64_t number,
                      std::int32_t value) {
  WEIR_ASSERT(&other != this);
  WEIR_ASSERT(value >= 0);
  WEIR_ASSERT(completion.link == Link::alone && chain_.empty());
  begin(completion, Opcode::post_value, other.kernel().descriptor());
  completion.offset = number;
  completion.size = static_cast<std::uint32_t>(value);
  if (ending_) return queue(completion, -ECANCELED);
  if (features().ring_messages && other.features().ring_messages) return submit(completion);
  WEIR_ASSERT(other.remote_ != nullptr);  // or the number is none of its receivers'
  Work work([number, value](Ring& ring) { ring.deliver(number, value); });
  queue(completion, other.remote_->post(work) == Posted::taken ? 0 : -EAGAIN);
}

void Ring::reap_tagged(uapi::Cqe const& reaped) {
  if (reaped.user_data == user_data_kernel) return kernel_->own_completion(reaped);
  WEIR_ASSERT((reaped.user_data & user_data_tags) == user_data_value);
  deliver(reaped.user_data >> user_data_tag_bits, reaped.result);
}

void Ring::deliver(std::uint64_t number, std::int32_t value) {
  for (Completion* const receiver : receivers_)
    if (receiver->offset == number)
      queued_.push_back({user_data_of(*receiver), value, uapi::cqe_more});
}

void Ring::forget_receiver(Completion& receiver) { std::erase(receivers_, &receiver); }

RemoteCounters Ring::remote_counters() const {
  return remote_ == nullptr ? RemoteCounters{} : remote_->counters();
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
  completion.size = cancel_all_held();
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

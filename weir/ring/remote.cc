#include "weir/ring/remote.h"

#include "weir/base/assert.h"
#include "weir/ring/kernel.h"

namespace weir {

Posted RemoteQueue::post(Work& work) {
  Lock const lock(mutex_);
  if (kernel_ == nullptr) return Posted::ended;
  if (waiting_.size() == capacity_) {
    ++counters_.full;
    return Posted::full;
  }
  bool const first = waiting_.empty();
  waiting_.push(std::move(work));
  ++counters_.posted;
  if (!first) return Posted::taken;
  ++counters_.wakes;
  has_work_.store(true, std::memory_order_relaxed);
  kernel_->wake();  // under the lock: the kernel cannot end meanwhile
  return Posted::taken;
}

RemoteCounters RemoteQueue::counters() {
  Lock const lock(mutex_);
  return counters_;
}

// As much as was there when it began: work may post more, to be run by the next step.
std::uint32_t RemoteQueue::run(Ring& ring) {
  std::size_t count = 0;
  {
    Lock const lock(mutex_);
    count = waiting_.size();
  }
  for (std::size_t i = 0; i < count; ++i) {
    mutex_.lock();
    Work work = waiting_.pop();
    if (waiting_.empty()) has_work_.store(false, std::memory_order_relaxed);
    mutex_.unlock();
    work.run(ring);
  }
  Lock const lock(mutex_);
  if (!waiting_.empty()) kernel_->wake();  // nobody else will: it was never empty meanwhile
  return static_cast<std::uint32_t>(count);
}

void RemoteQueue::end() {
  std::size_t count = 0;
  {
    Lock const lock(mutex_);
    kernel_ = nullptr;
    count = waiting_.size();
  }
  for (std::size_t i = 0; i < count; ++i) {
    mutex_.lock();
    Work const work = waiting_.pop();
    mutex_.unlock();
  }
}

}  // namespace weir

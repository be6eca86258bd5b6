// io_uring's submissions carried out with epoll and plain calls, for where containers forbid
// io_uring. Not for speed (though it is about as fast), and never different in result: what the
// operations do is in epoll_operations, this file is the enter around them.
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

#include "weir/ring/epoll_operations.h"
#include "weir/ring/epoll_queues.h"
#include "weir/ring/kernel.h"
#include "weir/ring/system_kernel.h"
#include "weir/ring/waker.h"

namespace weir {

namespace {

constexpr std::uint64_t waker_data = UINT64_MAX;

class EpollKernel final : public SystemKernel<Blocking::no> {
 public:
  ~EpollKernel() override;

  Kind kind() const override { return Kind::epoll; }
  Result<void> set_up(Setup const& setup) override;
  int enter(std::uint32_t submit_count, bool wait, Instant deadline) override;
  int enroll(std::uint32_t opcode, void* argument, std::uint32_t count) override;
  void wake() override { waker_.wake(); }
  int descriptor() const override { return epoll_; }
  bool announce_wait() override;

 private:
  // What a look at epoll brought.
  enum class Look : std::uint8_t { events, woken, nothing };

  std::uint32_t take(std::uint32_t submit_count);
  void sleep(Instant deadline);
  Look look(Duration timeout);
  int wait_for(std::array<epoll_event, 256>& events, Duration timeout);

  KernelWaker waker_;
  EpollQueues queues_;
  EpollOperations operations_{queues_, clock()};
  int epoll_ = -1;
  bool has_pwait2_ = true;
  bool wait_announced_ = false;
};

EpollKernel::~EpollKernel() {
  if (epoll_ >= 0) ::close(epoll_);
}

Result<void> EpollKernel::set_up(Setup const& setup) {
  WEIR_ASSERT(epoll_ < 0);
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return system_error("create an epoll instance", errno);
  Result<void> const opened = waker_.open();
  if (!opened) return opened;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = waker_data;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, waker_.descriptor(), &event) != 0)
    return system_error("watch an eventfd with epoll", errno);
  queues_.set_up(setup, *this);
  operations_.watch_with(epoll_);
  return {};
}

int EpollKernel::enter(std::uint32_t submit_count, bool wait, Instant deadline) {
  WEIR_ASSERT(epoll_ >= 0);
  if (wait_announced_ && waker_.unpark()) ++wake_count;
  wait_announced_ = false;
  queues_.flush();
  std::uint32_t const taken = take(submit_count);
  if (!queues_.overflowed()) operations_.run_runnable();
  operations_.run_links();
  bool const may_sleep =
      wait && taken == submit_count && !queues_.has_completions() && !operations_.has_runnable();
  if (may_sleep) sleep(deadline);
  else if (!queues_.overflowed()) look(0);
  operations_.run_links();
  completions.overflowed = queues_.overflowed();
  if (taken == 0 && submit_count > 0) return -EBUSY;
  return static_cast<int>(taken);
}

bool EpollKernel::announce_wait() {
  WEIR_ASSERT(!wait_announced_);
  if (queues_.overflowed() || queues_.has_completions() || operations_.has_runnable()) return false;
  wait_announced_ = waker_.park();
  if (!wait_announced_) ++wake_count;
  return wait_announced_;
}

// Stops when there is no room for completions: what was not taken stays in the queue.
std::uint32_t EpollKernel::take(std::uint32_t submit_count) {
  std::uint32_t taken = 0;
  bool is_linked = false;  // to the next one: a chain is taken whole
  for (; taken < submit_count && (is_linked || !queues_.overflowed()); ++taken) {
    uapi::Sqe const submission = queues_.take();
    is_linked = uapi::is_linked(submission);
    operations_.start(submission);
  }
  operations_.end_submission();
  return taken;
}

void EpollKernel::sleep(Instant deadline) {
  if (!waker_.park()) {
    ++wake_count;
    look(0);
    return;
  }
  // An event that completes nothing (data for a receive that was cancelled) is no reason to return.
  while (!queues_.has_completions() && !operations_.has_runnable()) {
    Instant const until = std::min(deadline, operations_.nearest_timeout());
    Instant const now = until == never ? 0 : clock().now();
    Look const seen = look(until == never ? never : std::max(until, now) - now);
    operations_.run_links();
    if (seen == Look::woken || (seen == Look::nothing && until == deadline)) break;
  }
  if (waker_.unpark()) ++wake_count;
}

EpollKernel::Look EpollKernel::look(Duration timeout) {
  std::array<epoll_event, 256> events;
  int const count = wait_for(events, timeout);
  if (count == 0) return Look::nothing;
  bool woken = false;
  for (int i = 0; i < count; ++i) {
    epoll_event const& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == waker_data) woken = true;
    else operations_.on_event(static_cast<int>(event.data.u64), event.events);
  }
  return woken ? Look::woken : Look::events;
}

// Nanoseconds where they are to be had (Linux 5.11, and sandboxes that let it through).
int EpollKernel::wait_for(std::array<epoll_event, 256>& events, Duration timeout) {
  int const count_max = static_cast<int>(events.size());
  int count = -1;
  if (has_pwait2_) {
    std::timespec const time{static_cast<std::time_t>(timeout / seconds),
                             static_cast<long>(timeout % seconds)};
    count = ::epoll_pwait2(epoll_, events.data(), count_max, timeout == never ? nullptr : &time,
                           nullptr);
    has_pwait2_ = count >= 0 || (errno != ENOSYS && errno != EPERM);
  }
  if (!has_pwait2_) {
    Duration const rounded = (std::min(timeout, 3600 * seconds) + milliseconds - 1) / milliseconds;
    count = ::epoll_wait(epoll_, events.data(), count_max,
                         timeout == never ? -1 : static_cast<int>(rounded));
  }
  WEIR_ASSERT(count >= 0 || errno == EINTR);
  return std::max(count, 0);
}

int EpollKernel::enroll(std::uint32_t opcode, void* argument, std::uint32_t count) {
  WEIR_ASSERT(argument != nullptr);
  if (opcode == uapi::register_regions || opcode == uapi::update_regions)
    return operations_.regions().enroll(opcode, argument, count);
  if (count != 1) return -EINVAL;
  auto const& registration = *static_cast<uapi::BufferRingRegistration const*>(argument);
  switch (opcode) {
    case uapi::register_buffer_ring:
      return operations_.buffers().add_group(registration);
    case uapi::unregister_buffer_ring:
      return operations_.buffers().remove_group(registration);
    default:
      return -EINVAL;
  }
}

}  // namespace

std::unique_ptr<Kernel> make_epoll_kernel() { return std::make_unique<EpollKernel>(); }

}  // namespace weir

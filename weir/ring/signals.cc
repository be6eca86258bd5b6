#include "weir/ring/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <utility>

#include "weir/base/assert.h"
#include "weir/ring/ring.h"

namespace weir {

namespace {

constexpr int signal_number_max = 64;

std::uint64_t bit_of(int number) { return std::uint64_t{1} << (number - 1); }

// Those that are blocked for this thread.
std::uint64_t blocked_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::pthread_sigmask(SIG_BLOCK, nullptr, &set);
  std::uint64_t bits = 0;
  for (int number = 1; number <= signal_number_max; ++number)
    if (::sigismember(&set, number) == 1) bits |= bit_of(number);
  return bits;
}

sigset_t set_of(std::uint64_t bits) {
  sigset_t set;
  ::sigemptyset(&set);
  for (int number = 1; number <= signal_number_max; ++number)
    if ((bits & bit_of(number)) != 0) ::sigaddset(&set, number);
  return set;
}

void set_handlers(std::uint64_t bits, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  for (int number = 1; number <= signal_number_max; ++number)
    if ((bits & bit_of(number)) != 0) ::sigaction(number, &action, nullptr);
}

}  // namespace

Result<void> Signals::open(Ring& ring, std::span<int const> numbers) {
  WEIR_ASSERT(descriptor_ < 0);
  WEIR_ASSERT(!numbers.empty());
  std::uint64_t const before = blocked_signals();
  Result<int> const opened = ring.kernel().open_signals(numbers);
  if (!opened) return opened.error();
  for (int const number : numbers) numbers_ |= bit_of(number);
  blocked_ = numbers_ & ~before;
  ring_ = &ring;
  descriptor_ = opened.value();
  return {};
}

void Signals::next(Completion& completion) {
  static_assert(record_size == sizeof(signalfd_siginfo));
  WEIR_ASSERT(descriptor_ >= 0);
  ring_->read(completion, descriptor_, record_, record_size);
}

int Signals::number() const {
  signalfd_siginfo record;
  std::memcpy(&record, record_, sizeof(record));
  return static_cast<int>(record.ssi_signo);
}

void Signals::end_process_at_next() {
  // Those of a simulated kernel are not the process's, and not blocked.
  std::uint64_t const ours = numbers_ & blocked_signals();
  if (ours == 0) return;
  ends_process_ = true;
  set_handlers(ours, [](int number) { ::_exit(128 + number); });
  sigset_t const set = set_of(ours);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void Signals::hand_back() {
  if (std::exchange(ends_process_, false)) set_handlers(numbers_, SIG_DFL);
  sigset_t const set = set_of(std::exchange(blocked_, 0));
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace weir

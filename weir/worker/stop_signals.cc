#include "weir/worker/stop_signals.h"

#include <csignal>
#include <cstdint>

#include "weir/base/assert.h"
#include "weir/base/clock.h"
#include "weir/ring/ring.h"

namespace weir {

namespace {

constexpr std::array numbers = {SIGTERM, SIGINT};
constexpr Duration close_round_time = 10 * milliseconds;
constexpr std::uint32_t close_rounds_max = 1000;

// A shell that runs something in the background has it ignore SIGINT: that stays so.
bool is_ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

StopSignals::StopSignals(Ring& ring, Stop stop, void* context)
    : ring_(ring), stop_(stop), context_(context) {
  next_.context = this;
  next_.callback = [](Completion& completion, Outcome outcome) {
    static_cast<StopSignals*>(completion.context)->came(outcome);
  };
  close_.callback = [](Completion&, Outcome) {};
}

StopSignals::~StopSignals() {
  WEIR_ASSERT(next_.idle());
  WEIR_ASSERT(close_.idle());
}

Result<void> StopSignals::open() {
  std::size_t const count = is_ignored(SIGINT) ? 1 : 2;
  Result<void> const opened = signals_.open(ring_, {numbers.data(), count});
  if (opened) signals_.next(next_);
  return opened;
}

void StopSignals::came(Outcome const& outcome) {
  if (outcome.result < 0) return;
  signals_.end_process_at_next();
  stop_(context_);
}

void StopSignals::close() {
  if (signals_.descriptor() < 0) return;
  ring_.cancel_quietly(next_);
  for (std::uint32_t round = 0; !next_.idle(); ++round) {
    WEIR_ASSERT(round < close_rounds_max);
    ring_.step(Wait::park, ring_.clock().now() + close_round_time);
  }
  ring_.close(close_, signals_.descriptor());
  for (std::uint32_t round = 0; !close_.idle(); ++round) {
    WEIR_ASSERT(round < close_rounds_max);
    ring_.step(Wait::park, ring_.clock().now() + close_round_time);
  }
  signals_.hand_back();
}

BlockedStopSignals::BlockedStopSignals(bool blocks) {
  if (!blocks) return;
  sigset_t set;
  sigset_t before;
  ::sigemptyset(&set);
  for (int const number : numbers)
    if (!is_ignored(number)) ::sigaddset(&set, number);
  ::pthread_sigmask(SIG_BLOCK, &set, &before);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    blocked_[i] = ::sigismember(&set, numbers[i]) == 1 && ::sigismember(&before, numbers[i]) == 0;
}

BlockedStopSignals::~BlockedStopSignals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (blocked_[i]) ::sigaddset(&set, numbers[i]);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace weir

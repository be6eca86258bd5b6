#include "weir/ring/signals.h"

#include <sys/signalfd.h>

#include <cstring>

#include "weir/base/assert.h"
#include "weir/ring/ring.h"

namespace weir {

Result<void> Signals::open(Ring& ring, std::span<int const> numbers) {
  WEIR_ASSERT(descriptor_ < 0);
  WEIR_ASSERT(!numbers.empty());
  Result<int> const opened = ring.kernel().open_signals(numbers);
  if (!opened) return opened.error();
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

}  // namespace weir

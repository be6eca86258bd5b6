#include "weir/ring/waker.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "weir/base/assert.h"

namespace weir {

KernelWaker::~KernelWaker() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> KernelWaker::open() {
  WEIR_ASSERT(descriptor_ < 0);
  descriptor_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor_ < 0) {
    int const code = errno;
    return Error{code,
                 std::string("no eventfd to wake a sleeping ring with: ") + std::strerror(code)};
  }
  return {};
}

bool KernelWaker::park() {
  WEIR_ASSERT(descriptor_ >= 0);
  std::uint32_t found = awake;
  if (state_.compare_exchange_strong(found, parked)) return true;
  WEIR_ASSERT(found == woken);  // parked would mean two sleepers
  // An exchange, not a store: what the latest waker wrote before it woke must be seen here.
  state_.exchange(awake);
  return false;
}

bool KernelWaker::unpark() {
  std::uint32_t const found = state_.exchange(awake);
  WEIR_ASSERT(found != awake);
  return found == woken;
}

void KernelWaker::wake() {
  WEIR_ASSERT(descriptor_ >= 0);
  if (state_.exchange(woken) != parked) return;
  std::uint64_t const one = 1;
  ssize_t const written = ::write(descriptor_, &one, sizeof(one));
  // Only a counter at its limit could refuse, 2^64 wakes from now.
  WEIR_ASSERT(written == sizeof(one));
}

}  // namespace weir

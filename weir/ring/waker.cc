#include "weir/ring/waker.h"

#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "weir/base/assert.h"
#include "weir/ring/kernel.h"

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

bool KernelWaker::leave_awake(State next) {
  WEIR_ASSERT(descriptor_ >= 0);
  WEIR_ASSERT(next != hosted || host_event_ >= 0);
  std::uint32_t found = awake;
  if (state_.compare_exchange_strong(found, next)) return true;
  WEIR_ASSERT(found == woken);  // anything else would mean two sleepers
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
  std::uint32_t const found = state_.exchange(woken);
  if (found != parked && found != hosted) return;
  bool const by_message = found == parked && ring_descriptor_ >= 0;
  if (by_message && send_message(ring_descriptor_, user_data_nobody) == 0) return;
  std::uint64_t const one = 1;
  int const event = found == hosted ? host_event_ : descriptor_;
  ssize_t const written = ::write(event, &one, sizeof(one));
  // Only a counter at its limit could refuse, 2^64 wakes from now.
  WEIR_ASSERT(written == sizeof(one));
}

int send_message(int ring_descriptor, std::uint64_t user_data) {
  uapi::Sqe message{};
  message.opcode = uapi::op_msg_ring;
  message.descriptor = ring_descriptor;
  message.offset = user_data;
  long const done = ::syscall(SYS_io_uring_register, -1, uapi::register_send_message, &message, 1);
  return done < 0 ? -errno : 0;
}

}  // namespace weir

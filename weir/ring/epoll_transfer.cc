#include "weir/ring/epoll_transfer.h"

#include <cerrno>
#include <vector>

#include "weir/base/assert.h"

namespace weir {

Transfer::Transfer(uapi::Sqe const& submission)
    : is_send_(submission.opcode != uapi::op_recv),
      has_vector_(submission.opcode == uapi::op_sendmsg ||
                  submission.opcode == uapi::op_sendmsg_zero_copy),
      flags_(submission.operation_flags) {
  void* const address = reinterpret_cast<void*>(static_cast<std::uintptr_t>(submission.address));
  if (has_vector_) {
    message_ = *static_cast<msghdr const*>(address);
    for (std::size_t i = 0; i < message_.msg_iovlen; ++i) size_ += message_.msg_iov[i].iov_len;
  } else {
    data_ = static_cast<std::byte*>(address);
    size_ = submission.size;
  }
}

std::optional<std::int32_t> Transfer::attempt(int descriptor) {
  WEIR_ASSERT(moved_ <= size_);
  for (;;) {
    ssize_t const moved = call(descriptor);
    if (moved < 0) {
      bool const would_block = errno == EAGAIN || errno == EWOULDBLOCK;
      bool const may_wait = (flags_ & MSG_DONTWAIT) == 0;
      if (would_block && may_wait) return std::nullopt;
      return ended_by(-errno);
    }
    moved_ += static_cast<std::uint64_t>(moved);
    WEIR_ASSERT(moved_ <= size_);
    bool const at_end = moved == 0 || moved_ == size_;
    if (at_end || !waits_for_all()) return static_cast<std::int32_t>(moved_);
  }
}

std::int32_t Transfer::ended_by(std::int32_t error) const {
  WEIR_ASSERT(error < 0);
  return moved_ > 0 ? static_cast<std::int32_t>(moved_) : error;
}

bool Transfer::failed(std::int32_t result) const {
  if (result < 0) return true;
  return waits_for_all() && static_cast<std::uint64_t>(result) < size_;
}

ssize_t Transfer::call(int descriptor) const {
  int const flags = (static_cast<int>(flags_) & ~MSG_WAITALL) | MSG_DONTWAIT;
  ssize_t moved = 0;
  do {
    if (has_vector_ && moved_ == 0) moved = ::sendmsg(descriptor, &message_, flags);
    else if (has_vector_) moved = call_with_rest_of_vector(descriptor, flags);
    else if (is_send_) moved = ::send(descriptor, data_ + moved_, size_ - moved_, flags);
    else moved = ::recv(descriptor, data_ + moved_, size_ - moved_, flags);
  } while (moved < 0 && errno == EINTR);
  return moved;
}

ssize_t Transfer::call_with_rest_of_vector(int descriptor, int flags) const {
  std::vector<iovec> parts;
  std::uint64_t skip = moved_;
  for (std::size_t i = 0; i < message_.msg_iovlen; ++i) {
    iovec const& part = message_.msg_iov[i];
    std::uint64_t const skipped = skip < part.iov_len ? skip : part.iov_len;
    skip -= skipped;
    if (skipped == part.iov_len) continue;
    parts.push_back({static_cast<std::byte*>(part.iov_base) + skipped, part.iov_len - skipped});
  }
  WEIR_ASSERT(skip == 0);
  WEIR_ASSERT(!parts.empty());
  msghdr message = message_;
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return ::sendmsg(descriptor, &message, flags);
}

}  // namespace weir

// One send, or one receive into given memory, that may take several calls: how far it has come, and
// what each call brought. With MSG_WAITALL it goes on until everything is moved; what it has moved
// counts more than an error that comes after.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "weir/ring/uapi.h"

namespace weir {

class Transfer {
 public:
  Transfer() = default;
  // Of a send, sendmsg or recv submission.
  explicit Transfer(uapi::Sqe const& submission);

  // The result, once there is one; nothing while it would block.
  std::optional<std::int32_t> attempt(int descriptor);
  // The result if it ends now: what was moved, or else `error`.
  std::int32_t ended_by(std::int32_t error) const;
  // Whether a result is less than what was asked for.
  bool failed(std::int32_t result) const;

 private:
  bool waits_for_all() const { return (flags_ & MSG_WAITALL) != 0; }
  ssize_t call(int descriptor) const;
  ssize_t call_with_rest_of_vector(int descriptor, int flags) const;

  std::byte* data_ = nullptr;  // of a send or recv
  msghdr message_{};           // of a sendmsg
  bool is_send_ = false;
  bool has_vector_ = false;
  std::uint32_t flags_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t moved_ = 0;
};

}  // namespace weir

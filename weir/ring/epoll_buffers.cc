#include "weir/ring/epoll_buffers.h"

#include <atomic>
#include <bit>
#include <cerrno>

#include "weir/base/assert.h"

namespace weir {

int EpollBuffers::add_group(uapi::BufferRingRegistration const& registration) {
  if (registration.flags != 0) return -EINVAL;  // incremental
  if (registration.ring_address == 0) return -EFAULT;
  if (registration.ring_address % uapi::buffer_ring_alignment != 0) return -EINVAL;
  if (!std::has_single_bit(registration.ring_entries)) return -EINVAL;
  if (registration.ring_entries > uapi::buffer_ring_entries_max) return -EINVAL;
  Group const group{
      reinterpret_cast<uapi::BufferEntry*>(static_cast<std::uintptr_t>(registration.ring_address)),
      static_cast<std::uint16_t>(registration.ring_entries - 1), 0};
  bool const is_new = groups_.try_emplace(registration.group, group).second;
  return is_new ? 0 : -EEXIST;
}

int EpollBuffers::remove_group(uapi::BufferRingRegistration const& registration) {
  return groups_.erase(registration.group) == 1 ? 0 : -ENOENT;
}

bool EpollBuffers::is_empty(Group const& group) const {
  std::uint16_t const tail = std::atomic_ref(group.entries[0].tail).load(std::memory_order_acquire);
  WEIR_ASSERT(static_cast<std::uint16_t>(tail - group.head) <= group.mask + 1u);
  return tail == group.head;
}

std::optional<uapi::BufferEntry> EpollBuffers::next(std::uint16_t group) {
  auto const found = groups_.find(group);
  if (found == groups_.end() || is_empty(found->second)) return std::nullopt;
  return found->second.entries[found->second.head & found->second.mask];
}

void EpollBuffers::consume(std::uint16_t group) {
  auto const found = groups_.find(group);
  WEIR_ASSERT(found != groups_.end());
  WEIR_ASSERT(!is_empty(found->second));
  ++found->second.head;
}

}  // namespace weir

#include "weir/sim/provided_buffers.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>

#include "weir/base/assert.h"

namespace weir {

namespace {

uapi::BufferEntry* entries_of(uapi::BufferRingRegistration const& registration) {
  return reinterpret_cast<uapi::BufferEntry*>(
      static_cast<std::uintptr_t>(registration.ring_address));
}

}  // namespace

ProvidedBuffers::ProvidedBuffers(uapi::BufferRingRegistration const& registration)
    : entries_(entries_of(registration)),
      entry_count_(registration.ring_entries),
      incremental_((registration.flags & uapi::buffer_ring_incremental) != 0) {
  WEIR_ASSERT(check(registration, true) == 0);
}

int ProvidedBuffers::check(uapi::BufferRingRegistration const& registration,
                           bool incremental_allowed) {
  std::uint16_t const known = incremental_allowed ? uapi::buffer_ring_incremental : 0;
  if ((registration.flags & ~known) != 0) return -EINVAL;
  if (registration.ring_address == 0) return -EFAULT;
  if (registration.ring_address % uapi::buffer_ring_alignment != 0) return -EINVAL;
  if (!std::has_single_bit(registration.ring_entries)) return -EINVAL;
  return registration.ring_entries > uapi::buffer_ring_entries_max ? -EINVAL : 0;
}

uapi::BufferEntry& ProvidedBuffers::at(std::uint16_t index) const {
  return entries_[index & (entry_count_ - 1)];
}

bool ProvidedBuffers::empty() {
  std::uint16_t const tail = std::atomic_ref(entries_[0].tail).load(std::memory_order_acquire);
  WEIR_ASSERT(static_cast<std::uint16_t>(tail - head_) <= entry_count_);
  for (; seen_tail_ != tail; ++seen_tail_) {
    uapi::BufferEntry const& entry = at(seen_tail_);
    WEIR_ASSERT(entry.size > 0);
    bool const is_new = ids_.insert(entry.id).second;
    WEIR_ASSERT(is_new);  // else the kernel would fill one buffer twice
  }
  return head_ == tail;
}

std::byte* ProvidedBuffers::data() const {
  WEIR_ASSERT(head_ != seen_tail_);
  return reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(at(head_).address));
}

std::uint32_t ProvidedBuffers::size() const {
  WEIR_ASSERT(head_ != seen_tail_);
  return at(head_).size;
}

std::uint32_t ProvidedBuffers::take(std::uint32_t count) {
  WEIR_ASSERT(count > 0);
  WEIR_ASSERT(count <= size());
  uapi::BufferEntry& entry = at(head_);
  std::uint32_t const flags =
      uapi::cqe_buffer | (std::uint32_t{entry.id} << uapi::cqe_buffer_shift);
  if (incremental_) {
    // The kernel keeps its place in the entry itself.
    entry.size -= count;
    if (entry.size > 0) {
      entry.address += count;
      return flags | uapi::cqe_buffer_more;
    }
  }
  ids_.erase(entry.id);
  ++head_;
  return flags;
}

}  // namespace weir

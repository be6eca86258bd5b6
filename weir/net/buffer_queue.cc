#include "weir/net/buffer_queue.h"

#include <algorithm>
#include <cstring>

namespace weir {

namespace {

constexpr std::size_t consumed_max = 256;
// One copy; more are made for more.
constexpr std::uint64_t copy_bytes_max = 1u << 30;

}  // namespace

Buffer BufferQueue::pop() {
  WEIR_ASSERT(!empty());
  Buffer first = std::move(buffers_[head_++]);
  bytes_ -= first.size();
  if (first.storage()->pooled) pooled_bytes_ -= first.size();
  if (bytes_ == 0) {
    clear();
  } else if (head_ > consumed_max && head_ > buffers_.size() / 2) {
    buffers_.erase(buffers_.begin(), buffers_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  return first;
}

void BufferQueue::skip(std::uint32_t size) {
  if (size == 0) return;
  Buffer& first = buffers_[head_];
  if (size == first.size()) {
    pop();
    return;
  }
  WEIR_ASSERT(size < first.size());
  bytes_ -= size;
  Storage& storage = *first.storage();
  if (storage.pooled) pooled_bytes_ -= size;
  storage.retain();
  first = Buffer(first.data() + size, first.size() - size, storage);
}

void BufferQueue::clear() {
  buffers_.clear();
  head_ = 0;
  bytes_ = pooled_bytes_ = 0;
}

// The copies lie one behind the other in as few storages as can be.
std::uint64_t BufferQueue::own() {
  std::uint64_t left = pooled_bytes_;
  std::uint64_t const copied = left;
  Buffer room;
  std::uint32_t used = 0;
  for (std::size_t i = head_; i < buffers_.size() && left > 0; ++i) {
    Buffer& buffer = buffers_[i];
    if (!buffer.storage()->pooled) continue;
    std::uint32_t const size = buffer.size();
    if (room.size() - used < size) {
      auto const capacity = static_cast<std::uint32_t>(std::min(left, copy_bytes_max));
      Storage& storage = allocate_storage(capacity);
      room = Buffer(bytes_of(storage), capacity, storage);
      used = 0;
    }
    std::byte* const to = room.data() + used;
    std::memcpy(to, buffer.data(), size);
    room.storage()->retain();
    buffer = Buffer(to, size, *room.storage());
    used += size;
    left -= size;
  }
  WEIR_ASSERT(left == 0);
  pooled_bytes_ = 0;
  return copied;
}

}  // namespace weir

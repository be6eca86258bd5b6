#include "weir/base/list_memory.h"

#include <algorithm>
#include <bit>
#include <new>

namespace weir {
namespace {

constexpr std::size_t chunk_bytes_max = 64 * 1024;

std::size_t place_of(std::uint32_t capacity) {
  return static_cast<std::size_t>(std::countr_zero(capacity));
}

}  // namespace

ListMemory::~ListMemory() {
  while (chunks_ != nullptr) {
    ::operator delete (std::exchange(chunks_, chunks_->next), std::align_val_t{unit_});
  }
}

void* ListMemory::take(std::uint32_t capacity, std::size_t bytes) {
  Link*& first = spare_[place_of(capacity)];
  if (first != nullptr) return std::exchange(first, first->next);
  bytes = (std::max(bytes, sizeof(Link)) + unit_ - 1) / unit_ * unit_;
  if (bytes > left_) {
    if (bytes > chunk_bytes_max / 4) return add_chunk(bytes);
    std::size_t const size =
        std::max(4 * bytes, std::min(chunk_bytes_max, 1024 + 8192 * chunk_count_));
    next_ = add_chunk(size);
    left_ = size;
  }
  left_ -= bytes;
  return std::exchange(next_, next_ + bytes);
}

void ListMemory::give_back(void* room, std::uint32_t capacity) {
  Link*& first = spare_[place_of(capacity)];
  first = new (room) Link{first};
}

std::byte* ListMemory::add_chunk(std::size_t bytes) {
  void* const chunk = ::operator new (unit_ + bytes, std::align_val_t{unit_});
  chunks_ = new (chunk) Link{chunks_};
  ++chunk_count_;
  return static_cast<std::byte*>(chunk) + unit_;
}

}  // namespace weir

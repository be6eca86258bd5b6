// Memory for what egress writes itself: frame headers where a payload has no room before it, and
// small frames whole, so that a burst of them is one part of one send.
//
// Chunks are filled from the front and come back when the last send that looks at them is over; so
// after warm-up nothing is allocated. Their memory is as shared as a receive buffer's, hence marked
// pooled: what must wait in a queue is copied out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/base/bytes.h"

namespace weir {

class FrameArena {
 public:
  // `chunk_size`: in bytes.
  explicit FrameArena(std::uint32_t chunk_size = chunk_bytes) : chunk_size_(chunk_size) {}
  FrameArena(FrameArena const&) = delete;
  FrameArena& operator=(FrameArena const&) = delete;
  // Everything has come back.
  ~FrameArena();

  static constexpr std::uint32_t chunk_bytes = 64 * 1024;

  struct Space {
    std::byte* data;
    Storage& storage;
  };
  // At most a chunk. Whoever keeps it retains the storage before the next call.
  Space allocate(std::uint32_t size);
  // The last `size` bytes of what was allocated last are not needed.
  void give_back(std::uint32_t size) {
    WEIR_ASSERT(size <= used_);
    used_ -= size;
  }
  // Chunks in use.
  std::uint32_t out_count() const { return out_count_; }

 private:
  struct Chunk : Storage {
    FrameArena* arena = nullptr;
    std::byte* bytes() { return reinterpret_cast<std::byte*>(this + 1); }
  };
  static constexpr std::size_t spare_max = 16;

  static void give_back(Storage& storage);
  Chunk* take_chunk();

  std::uint32_t const chunk_size_;
  Chunk* current_ = nullptr;  // one reference of it is ours
  std::uint32_t used_ = 0;
  std::uint32_t out_count_ = 0;
  std::vector<Chunk*> spare_;
};

}  // namespace weir

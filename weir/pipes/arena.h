// Memory for views that an operator makes: it lasts until the tick ends, and longer only for
// whoever retained the storage of a view (egress does while it sends).
//
// Blocks are filled from the front; at the end of the tick those that nobody else looks into any
// more are used again, so after warm-up nothing is allocated.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/base/assert.h"
#include "weir/base/bytes.h"

namespace weir {

class TickArena {
 public:
  TickArena() = default;
  TickArena(TickArena&&) = default;
  TickArena& operator=(TickArena&&) = delete;
  ~TickArena() {
    for (Block& block : blocks_) {
      if (block.storage != nullptr) block.storage->release();
    }
  }

  // `size` bytes to be filled by the caller at once, with `headroom` more before them for a frame
  // header.
  struct Space {
    std::byte* data;
    View view;
  };
  Space allocate(std::uint32_t size, std::uint32_t headroom) {
    std::uint32_t const wanted = size + headroom;
    if (current_ == blocks_.size() || blocks_[current_].size - used_ < wanted) next_block(wanted);
    std::byte* const data = bytes_of(*blocks_[current_].storage) + used_ + headroom;
    used_ += wanted;
    return {data, View(data, size, blocks_[current_].storage, headroom)};
  }

  void end_tick() {
    // What is still looked into is let go; its last user gives it back.
    std::erase_if(blocks_, [](Block& block) {
      if (block.storage->references == 1) return false;
      block.storage->release();
      return true;
    });
    current_ = 0;
    used_ = 0;
    while (blocks_.size() > blocks_kept) {  // bounded: one block a turn
      blocks_.back().storage->release();
      blocks_.pop_back();
    }
  }

 private:
  struct Block {
    Storage* storage;
    std::uint32_t size;
  };
  static constexpr std::uint32_t block_bytes = 64 * 1024;
  static constexpr std::size_t blocks_kept = 16;

  void next_block(std::uint32_t wanted) {
    while (current_ < blocks_.size()) {  // bounded by the blocks there are
      ++current_;
      if (current_ < blocks_.size() && blocks_[current_].size >= wanted) break;
    }
    used_ = 0;
    if (current_ < blocks_.size()) return;
    std::uint32_t const size = std::max(block_bytes, wanted);
    blocks_.push_back({&allocate_storage(size), size});
    current_ = blocks_.size() - 1;
  }

  std::vector<Block> blocks_;
  std::size_t current_ = 0;
  std::uint32_t used_ = 0;
};

}  // namespace weir

// Values of one type by number: a number stays valid until it is given back, nothing ever moves,
// and what was given back is used first. Memory grows by a block of 1024 at a time and is kept.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "weir/base/assert.h"
#include "weir/base/owner.h"

namespace weir {

inline constexpr std::uint32_t no_number = ~std::uint32_t{0};

template <class T>
class Pool {
 public:
  // Of a value as T() makes it.
  std::uint32_t take() {
    if (!free_.empty()) {
      std::uint32_t const number = free_.back();
      free_.pop_back();
      ++size_;
      return number;
    }
    if (made_ == blocks_.size() * block_size) blocks_.push_back(Owner<Block>(new Block()));
    ++size_;
    return made_++;
  }
  void give(std::uint32_t number) {
    (*this)[number] = T();
    free_.push_back(number);
    --size_;
  }

  T& operator[](std::uint32_t number) {
    WEIR_ASSERT(number < made_);
    return blocks_[number / block_size]->values[number % block_size];
  }
  T const& operator[](std::uint32_t number) const { return const_cast<Pool&>(*this)[number]; }

  // Taken and not given back.
  std::uint32_t size() const { return size_; }
  // Of all blocks, and of the list of free numbers.
  std::uint64_t memory_bytes() const {
    return blocks_.size() * sizeof(Block) + free_.capacity() * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::uint32_t block_size = 1024;
  struct Block {
    T values[block_size];
  };

  std::vector<Owner<Block>> blocks_;
  std::vector<std::uint32_t> free_;
  std::uint32_t made_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace weir

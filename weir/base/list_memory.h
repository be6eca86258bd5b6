// Memory for the lists of one table (small_list.h), cut from few large chunks. What a list outgrows
// or leaves goes to the next one that needs as much: a table that is filled and cleared tick by
// tick allocates only until it has seen its fullest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace weir {

class ListMemory {
 public:
  // Of the values in the lists.
  explicit ListMemory(std::size_t alignment)
      : unit_(alignment > sizeof(void*) ? alignment : sizeof(void*)) {}
  ListMemory(ListMemory&& other) noexcept
      : unit_(other.unit_),
        spare_(std::exchange(other.spare_, {})),
        chunks_(std::exchange(other.chunks_, nullptr)),
        chunk_count_(std::exchange(other.chunk_count_, 0)),
        next_(std::exchange(other.next_, nullptr)),
        left_(std::exchange(other.left_, 0)) {}
  ListMemory& operator=(ListMemory&&) = delete;
  ~ListMemory();

  // `bytes` for a list of that capacity, a power of two; the same capacity always needs as many.
  void* take(std::uint32_t capacity, std::size_t bytes);
  void give_back(void* room, std::uint32_t capacity);

 private:
  // In front of each chunk, and in what is spare: the next one.
  struct Link {
    Link* next;
  };

  std::byte* add_chunk(std::size_t bytes);

  std::size_t const unit_;  // every piece has a multiple of it
  std::array<Link*, 32> spare_{};
  Link* chunks_ = nullptr;
  std::size_t chunk_count_ = 0;
  std::byte* next_ = nullptr;  // what is left of the newest chunk
  std::size_t left_ = 0;
};

}  // namespace weir

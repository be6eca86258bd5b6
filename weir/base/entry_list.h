// The entries of a table: a vector that does not move them when it grows.
//
// They lie in chunks of one size, a power of two, so the n-th is two shifts away. Only the first
// chunk starts small and is doubled until it has that size. So a large table is never copied, and
// what it leaves behind when it dies is pieces that any program can use again.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "weir/base/relocate.h"

namespace weir {

// The chunks, whatever lies in them.
class EntryChunks {
 public:
  explicit EntryChunks(std::size_t alignment) : alignment_(alignment) {}
  EntryChunks(EntryChunks&& other) noexcept
      : alignment_(other.alignment_),
        chunks_(std::exchange(other.chunks_, nullptr)),
        count_(std::exchange(other.count_, 0)) {}
  EntryChunks& operator=(EntryChunks&&) = delete;
  ~EntryChunks();

  void* operator[](std::uint32_t n) const { return chunks_[n]; }
  std::uint32_t count() const { return count_; }
  void add(std::size_t bytes);
  // Puts a larger one in the place of the only one, which is returned, to be given back.
  void* exchange_first(std::size_t bytes);
  void give_back(void* chunk) const;

 private:
  void* allocate(std::size_t bytes) const;

  std::size_t const alignment_;
  void** chunks_ = nullptr;  // as many as the next power of two
  std::uint32_t count_ = 0;
};

template <class T>
class EntryList {
 public:
  EntryList() = default;
  EntryList(EntryList&& other) noexcept
      : chunks_(std::move(other.chunks_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  EntryList& operator=(EntryList&&) = delete;
  ~EntryList() { clear(); }

  std::uint32_t size() const { return size_; }
  T& operator[](std::uint32_t n) { return chunk(n / chunk_size)[n % chunk_size]; }
  T const& operator[](std::uint32_t n) const { return chunk(n / chunk_size)[n % chunk_size]; }

  // Soon the n-th is asked for: its first and its last byte, for it may lie across a border.
  [[gnu::always_inline]] void prefetch(std::uint32_t n) const {
    auto const* const entry = reinterpret_cast<char const*>(&(*this)[n]);
    __builtin_prefetch(entry);
    __builtin_prefetch(entry + sizeof(T) - 1);
  }

  template <class... Argument>
  [[gnu::always_inline]] T& emplace_back(Argument&&... argument) {
    if (size_ == capacity_) [[unlikely]]
      grow();
    T* const added =
        ::new (static_cast<void*>(&(*this)[size_])) T{std::forward<Argument>(argument)...};
    ++size_;
    return *added;
  }

  // Calls f(entry) for each, in the order they came.
  template <class F>
  void for_each(F f) {
    std::uint32_t left = size_;
    for (std::uint32_t n = 0; left > 0; ++n) {
      std::uint32_t const count = left < chunk_size ? left : chunk_size;
      T* const first = chunk(n);
      for (T* entry = first; entry != first + count; ++entry) f(*entry);
      left -= count;
    }
  }

  // The memory is kept.
  void clear() {
    if constexpr (!std::is_trivially_destructible_v<T>) {
      for_each([](T& entry) { entry.~T(); });
    }
    size_ = 0;
  }

 private:
  static constexpr std::size_t chunk_bytes_max = 64 * 1024;
  static constexpr std::uint32_t chunk_size =
      sizeof(T) * 2 > chunk_bytes_max
          ? 1
          : static_cast<std::uint32_t>(std::bit_floor(chunk_bytes_max / sizeof(T)));

  T* chunk(std::uint32_t n) const { return static_cast<T*>(chunks_[n]); }

  [[gnu::noinline]] void grow() {
    if (capacity_ == 0 || capacity_ >= chunk_size) {
      std::uint32_t const count = capacity_ == 0 && chunk_size > 16 ? 16 : chunk_size;
      chunks_.add(count * sizeof(T));
      capacity_ += count;
    } else {
      T* const old = static_cast<T*>(chunks_.exchange_first(2 * capacity_ * sizeof(T)));
      relocate(old, old + size_, chunk(0));
      chunks_.give_back(old);
      capacity_ *= 2;
    }
  }

  EntryChunks chunks_{alignof(T)};
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace weir

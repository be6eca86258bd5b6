// A growing array for the stages' scratch work. std::vector would do, but that of libstdc++ 12 is
// not usable in clang's constant expressions.
#pragma once

#include <cstddef>
#include <utility>

namespace weir {

template <class T>
class Scratch {
 public:
  constexpr Scratch() = default;
  constexpr Scratch(std::size_t size, T const& value) : items_(new T[size]{}), size_(size) {
    capacity_ = size;
    for (std::size_t i = 0; i < size; ++i) items_[i] = value;
  }
  template <class Range>
  constexpr static Scratch copy_of(Range const& range) {
    Scratch copy;
    for (auto const& item : range) copy.push_back(item);
    return copy;
  }
  constexpr Scratch(Scratch&& other) noexcept
      : items_(std::exchange(other.items_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  constexpr Scratch& operator=(Scratch&&) = delete;
  constexpr ~Scratch() { delete[] items_; }

  constexpr T& operator[](std::size_t index) { return items_[index]; }
  constexpr T const& operator[](std::size_t index) const { return items_[index]; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T& back() { return items_[size_ - 1]; }
  constexpr T* begin() { return items_; }
  constexpr T* end() { return items_ + size_; }
  constexpr T const* begin() const { return items_; }
  constexpr T const* end() const { return items_ + size_; }

  constexpr void push_back(T const& item) {
    if (size_ == capacity_) {
      capacity_ = capacity_ == 0 ? 16 : 2 * capacity_;
      T* const grown = new T[capacity_]{};
      for (std::size_t i = 0; i < size_; ++i) grown[i] = items_[i];
      delete[] items_;
      items_ = grown;
    }
    items_[size_++] = item;
  }
  constexpr void pop_back() { --size_; }

 private:
  T* items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace weir

// First in, first out, on a ring of memory that grows by doubling and is kept.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "weir/base/assert.h"
#include "weir/base/relocate.h"

namespace weir {

// head_ is where the oldest item lies; capacity_ is a power of two, and size_ <= capacity_.
template <class T>
class Queue {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "weir: an item of a queue must be movable without an exception");

 public:
  Queue() = default;
  Queue(Queue&& other) noexcept
      : room_(std::exchange(other.room_, nullptr)),
        capacity_(std::exchange(other.capacity_, 0)),
        head_(std::exchange(other.head_, 0)),
        size_(std::exchange(other.size_, 0)) {}
  Queue& operator=(Queue&&) = delete;
  ~Queue() {
    clear();
    ::operator delete(room_, alignment);
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  template <class U>
  [[gnu::always_inline]] void push(U&& item) {
    if (size_ == capacity_) [[unlikely]]
      grow();
    ::new (static_cast<void*>(at(size_))) T(std::forward<U>(item));
    ++size_;
  }
  [[gnu::always_inline]] T pop() {
    WEIR_ASSERT(size_ > 0);
    T* const oldest = at(0);
    T item = std::move(*oldest);
    oldest->~T();
    head_ = (head_ + 1) & (capacity_ - 1);
    --size_;
    return item;
  }
  // Costs the items that are there.
  void clear() {
    for (std::size_t i = 0; i < size_; ++i) at(i)->~T();
    head_ = size_ = 0;
  }

 private:
  static constexpr std::align_val_t alignment{alignof(T)};

  T* at(std::size_t i) const { return room_ + ((head_ + i) & (capacity_ - 1)); }

  [[gnu::noinline]] void grow() {
    std::size_t const capacity = capacity_ == 0 ? 16 : 2 * capacity_;
    T* const grown = static_cast<T*>(::operator new(capacity * sizeof(T), alignment));
    std::size_t const until_end = capacity_ - head_;  // it is full: the oldest ones lie there
    relocate(room_ + head_, room_ + capacity_, grown);
    relocate(room_, room_ + head_, grown + until_end);
    ::operator delete(room_, alignment);
    room_ = grown;
    capacity_ = capacity;
    head_ = 0;
  }

  T* room_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace weir

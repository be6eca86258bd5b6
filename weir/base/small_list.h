// The values of one key: a list whose first element needs no allocation, for most keys have one.
//
//   one value     [size 1][capacity 1][ value ]
//   several       [size n][capacity c][   *───┼──▶ [v0 v1 v2 …          ]
//   a large set   [size n][capacity c][   *───┼──▶ [v0 v1 v2 …          ][index: 2c slots]
//
// The values lie together in the order they came. SmallSet refuses a value that it has: it looks at
// them all while they are few, and from then on into an index that lies behind them (if the values
// have a hash: otherwise it goes on looking at all).
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "weir/base/assert.h"
#include "weir/base/hash.h"
#include "weir/base/list_memory.h"
#include "weir/base/relocate.h"

namespace weir {

// A list that is no set, or a set. Whoever has it must reset() it at last.
template <class T, bool Set>
class SmallValues {
  static constexpr bool trivial = std::is_trivially_copyable_v<T>;

 public:
  static constexpr bool is_set = Set;
  // A larger set has an index. (Up to here looking at all is as quick, and costs no memory.)
  static constexpr std::uint32_t scanned_max = 16;

  SmallValues() noexcept {}
  SmallValues(SmallValues const&) requires trivial = default;
  SmallValues(SmallValues&& other) noexcept requires trivial = default;
  SmallValues(SmallValues&& other) noexcept requires(!trivial) { steal(other); }
  SmallValues& operator=(SmallValues&&) = delete;
  ~SmallValues() requires trivial = default;
  ~SmallValues() requires(!trivial) { WEIR_ASSERT(size_ == 0); }

  T* begin() { return capacity_ > 1 ? many_ : &one_; }
  T* end() { return begin() + size_; }
  T const* begin() const { return capacity_ > 1 ? many_ : &one_; }
  T const* end() const { return begin() + size_; }
  std::uint32_t size() const { return size_; }

  // Where the value now is; null where a set has an equal one.
  template <class U>
  [[gnu::always_inline]] T const* insert(U&& value, ListMemory& memory) {
    if constexpr (has_index) {
      if (is_indexed(capacity_)) [[unlikely]]
        return insert_indexed(std::forward<U>(value), memory);
    }
    if constexpr (Set) {
      for (T const& known : *this) {
        if (known == value) return nullptr;
      }
    }
    if (size_ == capacity_) [[unlikely]] {
      grow(memory);
      if constexpr (has_index) {
        if (is_indexed(capacity_)) return insert_indexed(std::forward<U>(value), memory);
      }
    }
    T* const added = new (static_cast<void*>(end())) T(std::forward<U>(value));
    ++size_;
    return added;
  }
  void reset(ListMemory& memory) {
    destroy(begin(), end());
    if (capacity_ > 1) memory.give_back(many_, capacity_);
    size_ = 0;
    capacity_ = 1;
  }
  // Soon it is asked for its values.
  [[gnu::always_inline]] void prefetch() const {
    if (capacity_ > 1) __builtin_prefetch(many_);
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t position = 0;
  };

  static constexpr bool has_index = Set && is_key<T>;
  static constexpr bool is_indexed(std::uint32_t capacity) {
    return has_index && capacity > scanned_max;
  }
  static constexpr std::size_t values_bytes(std::uint32_t capacity) {
    return (capacity * sizeof(T) + alignof(Slot) - 1) / alignof(Slot) * alignof(Slot);
  }
  static constexpr std::size_t room_bytes(std::uint32_t capacity) {
    return values_bytes(capacity) + (is_indexed(capacity) ? 2 * capacity * sizeof(Slot) : 0);
  }

  [[gnu::noinline]] void grow(ListMemory& memory) {
    std::uint32_t const capacity = capacity_ == 1 ? 4 : capacity_ * 2;
    WEIR_ASSERT(capacity < (1u << 31));
    T* const grown = static_cast<T*>(memory.take(capacity, room_bytes(capacity)));
    relocate(begin(), end(), grown);
    if (capacity_ > 1) memory.give_back(many_, capacity_);
    many_ = grown;
    capacity_ = capacity;
    if constexpr (has_index) {
      if (is_indexed(capacity)) index_all();
    }
  }

  // ---- the index of a large set ----

  Slot* slots() {
    return reinterpret_cast<Slot*>(reinterpret_cast<std::byte*>(many_) + values_bytes(capacity_));
  }
  static std::uint32_t tag_of(T const& value) {
    return static_cast<std::uint32_t>(hash_of(value) >> 32) | 1u;
  }
  // The slot of an equal value, or the empty one where it belongs.
  template <class U>
  Slot& find_slot(std::uint32_t tag, U const& value) {
    std::uint32_t const last = 2 * capacity_ - 1;
    auto at =
        static_cast<std::uint32_t>((std::uint64_t{tag} * (2 * std::uint64_t{capacity_})) >> 32);
    for (;; at = (at + 1) & last) {  // ends: half of the slots are empty
      Slot& slot = slots()[at];
      if (slot.tag == 0 || (slot.tag == tag && many_[slot.position] == value)) return slot;
    }
  }
  void index_all() {
    Slot* const all = slots();
    for (std::size_t i = 0; i < 2 * std::size_t{capacity_}; ++i) all[i] = Slot{};
    for (std::uint32_t position = 0; position < size_; ++position) {
      std::uint32_t const tag = tag_of(many_[position]);
      find_slot(tag, many_[position]) = {tag, position};
    }
  }
  template <class U>
  [[gnu::noinline]] T const* insert_indexed(U&& value, ListMemory& memory) {
    if (size_ == capacity_) grow(memory);
    std::uint32_t const tag = tag_of(value);
    Slot& slot = find_slot(tag, value);
    if (slot.tag != 0) return nullptr;
    T const* const added = new (static_cast<void*>(many_ + size_)) T(std::forward<U>(value));
    slot = {tag, size_};
    ++size_;
    return added;
  }

  void steal(SmallValues& other) {
    if (other.capacity_ > 1) {
      many_ = other.many_;
    } else if (other.size_ == 1) {
      new (static_cast<void*>(&one_)) T(std::move(other.one_));
      other.one_.~T();
    }
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 1);
  }

  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 1;
  union {
    T one_;
    T* many_;
  };
};

template <class T>
using SmallList = SmallValues<T, false>;
template <class T>
using SmallSet = SmallValues<T, true>;

}  // namespace weir

// The hash tables behind unique, difference and join.
//
// Entries lie densely in the order they came; beside them an open-addressing index of 8-byte slots
// (a 32-bit tag and the entry's number) is probed linearly. So a replay walks memory in order and
// the same input gives the same output, growing moves 8 bytes an entry, a string is compared only
// when its tag agrees, and clear() costs the entries that are there, never the capacity that once
// was.
//
//   index     [tag|2] [ ] [tag|0] [tag|1] [ ] ...       entries   [k0 v0] [k1 v1] [k2 v2]
//
// Invariant: count <= 3/4 of the slots, and slots are a power of two.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include "weir/base/assert.h"
#include "weir/base/hash.h"
#include "weir/base/relocate.h"

namespace weir {

// The index half: which entry has this key? Knows entries only by their number.
class TableIndex {
 public:
  static constexpr std::uint32_t none = 0xFFFF'FFFFu;

  // 32 bits of the hash, never 0.
  static std::uint32_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash >> 32) | 1u;
  }

  // The number of the entry with this tag for which `same(number)` holds, or none.
  template <class Same>
  [[gnu::always_inline]] std::uint32_t find(std::uint32_t tag, Same&& same) const {
    if (slot_count_ == 0) return none;
    for (std::uint32_t at = home(tag);; at = next(at)) {  // ends: a quarter of the slots is empty
      Slot const& slot = slots_[at];
      if (slot.tag == 0) return none;
      if (slot.tag == tag && same(slot.number)) return slot.number;
    }
  }

  // The same; when there is none, `number` takes the place and none is returned.
  template <class Same>
  [[gnu::always_inline]] std::uint32_t find_or_insert(std::uint32_t tag, std::uint32_t number,
                                                      Same&& same) {
    if (count_ * 4 >= slot_count_ * 3) [[unlikely]]
      grow();
    for (std::uint32_t at = home(tag);; at = next(at)) {  // ends: a quarter of the slots is empty
      Slot& slot = slots_[at];
      if (slot.tag == 0) {
        slot = {tag, number};
        ++count_;
        return none;
      }
      if (slot.tag == tag && same(slot.number)) return slot.number;
    }
  }

  // Forgets all entries; `tag_of_number(n)` tells the tag of entry n. Costs the entries.
  template <class TagOfNumber>
  void clear(TagOfNumber&& tag_of_number) {
    if (std::uint64_t{count_} * 8 > slot_count_) {
      std::fill_n(slots_.data(), slot_count_, Slot{});
    } else {
      for (std::uint32_t number = 0; number < count_; ++number) {
        std::uint32_t at = home(tag_of_number(number));
        while (slots_[at].tag == 0 || slots_[at].number != number) at = next(at);
        slots_[at] = Slot{};
      }
    }
    count_ = 0;
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t number = 0;
  };

  std::uint32_t home(std::uint32_t tag) const {
    return static_cast<std::uint32_t>((std::uint64_t{tag} * slot_count_) >> 32);
  }
  std::uint32_t next(std::uint32_t at) const { return (at + 1) & (slot_count_ - 1); }

  [[gnu::noinline]] void grow() {
    std::uint32_t const old_count = slot_count_;
    WEIR_ASSERT(old_count < (1u << 30));
    slot_count_ = old_count == 0 ? 16 : old_count * 2;
    std::vector<Slot> const old_slots = std::exchange(slots_, std::vector<Slot>(slot_count_));
    for (std::uint32_t i = 0; i < old_count; ++i) {
      if (old_slots[i].tag == 0) continue;
      std::uint32_t at = home(old_slots[i].tag);
      while (slots_[at].tag != 0) at = next(at);
      slots_[at] = old_slots[i];
    }
  }

  std::vector<Slot> slots_;
  std::uint32_t slot_count_ = 0;
  std::uint32_t count_ = 0;
};

template <class Key>
class HashSet {
 public:
  // True when the key is new.
  template <class K>
  bool insert(K&& key) {
    std::uint32_t const tag = TableIndex::tag_of(hash_of(key));
    auto const number = static_cast<std::uint32_t>(keys_.size());
    auto const same = [&](std::uint32_t n) { return keys_[n] == key; };
    if (index_.find_or_insert(tag, number, same) != TableIndex::none) return false;
    keys_.push_back(std::forward<K>(key));
    return true;
  }
  bool contains(Key const& key) const {
    std::uint32_t const tag = TableIndex::tag_of(hash_of(key));
    return index_.find(tag, [&](std::uint32_t n) { return keys_[n] == key; }) != TableIndex::none;
  }
  std::size_t size() const { return keys_.size(); }
  // In the order they came.
  auto begin() const { return keys_.begin(); }
  auto end() const { return keys_.end(); }

  void clear() {
    index_.clear([&](std::uint32_t n) { return TableIndex::tag_of(hash_of(keys_[n])); });
    keys_.clear();
  }

 private:
  TableIndex index_;
  std::vector<Key> keys_;
};

// Memory for the lists of one table. What a list outgrows or leaves goes to the next one that needs
// as much: a table that is filled and cleared tick by tick allocates only until it has seen its
// fullest.
template <class T>
class ListMemory {
 public:
  ListMemory() = default;
  ListMemory(ListMemory&& other) noexcept : spare_(std::exchange(other.spare_, {})) {}
  ListMemory& operator=(ListMemory&&) = delete;
  ~ListMemory() {
    for (Spare*& first : spare_) {
      while (first != nullptr) ::operator delete(std::exchange(first, first->next), alignment);
    }
  }

  // Room for `capacity` values, a power of two.
  T* take(std::uint32_t capacity) {
    Spare*& first = spare_[static_cast<std::size_t>(std::countr_zero(capacity))];
    if (first != nullptr) return reinterpret_cast<T*>(std::exchange(first, first->next));
    std::size_t const bytes = std::max(capacity * sizeof(T), sizeof(Spare));
    return static_cast<T*>(::operator new(bytes, alignment));
  }
  void give_back(T* room, std::uint32_t capacity) {
    Spare*& first = spare_[static_cast<std::size_t>(std::countr_zero(capacity))];
    first = new (static_cast<void*>(room)) Spare{first};
  }

 private:
  struct Spare {
    Spare* next;
  };
  static constexpr std::align_val_t alignment{std::max(alignof(T), alignof(Spare))};

  std::array<Spare*, 32> spare_{};
};

// A vector whose first element needs no allocation: most keys of a join have one value. Whoever has
// it must reset() it at last.
template <class T>
class SmallList {
 public:
  SmallList() noexcept {}
  SmallList(SmallList&& other) noexcept { steal(other); }
  SmallList& operator=(SmallList&&) = delete;
  ~SmallList() { WEIR_ASSERT(size_ == 0); }

  T* begin() { return capacity_ > 1 ? many_ : &one_; }
  T* end() { return begin() + size_; }
  T const* begin() const { return capacity_ > 1 ? many_ : &one_; }
  T const* end() const { return begin() + size_; }
  std::uint32_t size() const { return size_; }

  template <class U>
  void push_back(U&& value, ListMemory<T>& memory) {
    if (size_ == capacity_) [[unlikely]]
      grow(memory);
    new (static_cast<void*>(begin() + size_)) T(std::forward<U>(value));
    ++size_;
  }
  void reset(ListMemory<T>& memory) {
    destroy(begin(), end());
    if (capacity_ > 1) memory.give_back(many_, capacity_);
    size_ = 0;
    capacity_ = 1;
  }

 private:
  [[gnu::noinline]] void grow(ListMemory<T>& memory) {
    std::uint32_t const capacity = capacity_ == 1 ? 4 : capacity_ * 2;
    T* const grown = memory.take(capacity);
    relocate(begin(), end(), grown);
    if (capacity_ > 1) memory.give_back(many_, capacity_);
    many_ = grown;
    capacity_ = capacity;
  }
  void steal(SmallList& other) {
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

// Key to values; all values of a key lie together.
template <class Key, class Value>
class HashMultimap {
 public:
  struct Entry {
    Key key;
    SmallList<Value> values;
  };

  HashMultimap() = default;
  HashMultimap(HashMultimap&&) noexcept = default;
  HashMultimap& operator=(HashMultimap&&) = delete;
  ~HashMultimap() { reset_lists(); }

  // What both tables of a join want to know of a key: compute it once.
  static std::uint32_t tag_of(Key const& key) { return TableIndex::tag_of(hash_of(key)); }

  // Adds the value unless the key has an equal one. True when it was added.
  template <class K, class V>
  bool insert_unique(K&& key, V&& value) {
    return insert_unique(tag_of(key), std::forward<K>(key), std::forward<V>(value));
  }
  template <class K, class V>
  [[gnu::always_inline]] bool insert_unique(std::uint32_t tag, K&& key, V&& value) {
    auto const number = static_cast<std::uint32_t>(entries_.size());
    auto const same = [&](std::uint32_t n) { return entries_[n].key == key; };
    std::uint32_t const found = index_.find_or_insert(tag, number, same);
    if (found == TableIndex::none) {
      entries_.push_back(Entry{Key(std::forward<K>(key)), {}});
      entries_.back().values.push_back(std::forward<V>(value), memory_);
    } else {
      SmallList<Value>& values = entries_[found].values;
      for (Value const& known : values) {
        if (known == value) return false;
      }
      values.push_back(std::forward<V>(value), memory_);
    }
    ++value_count_;
    return true;
  }

  // Null when the key is absent.
  SmallList<Value> const* find(Key const& key) const { return find(tag_of(key), key); }
  [[gnu::always_inline]] SmallList<Value> const* find(std::uint32_t tag, Key const& key) const {
    std::uint32_t const number =
        index_.find(tag, [&](std::uint32_t n) { return entries_[n].key == key; });
    return number == TableIndex::none ? nullptr : &entries_[number].values;
  }

  std::size_t value_count() const { return value_count_; }
  // In the order their keys came.
  std::vector<Entry> const& entries() const { return entries_; }

  void clear() {
    index_.clear([&](std::uint32_t n) { return TableIndex::tag_of(hash_of(entries_[n].key)); });
    reset_lists();
    entries_.clear();
    value_count_ = 0;
  }

 private:
  void reset_lists() {
    for (Entry& entry : entries_) entry.values.reset(memory_);
  }

  TableIndex index_;
  ListMemory<Value> memory_;
  std::vector<Entry> entries_;
  std::size_t value_count_ = 0;
};

}  // namespace weir

// The hash tables behind unique, difference and the joins.
//
// Entries lie densely in the order they came; beside them an open-addressing index of 8-byte slots
// (a 32-bit tag and the entry's number) is probed linearly. So a replay walks memory in order and
// the same input gives the same output, growing moves 8 bytes an entry, a string is compared only
// when its tag agrees, and clear() costs the entries that are there, never the capacity that once
// was.
//
//   index     [tag|2] [ ] [tag|0] [tag|1] [ ] ...       entries   [k0 v0] [k1 v1] [k2 v2]
//
// The tags are kept a second time in the order of the entries, so that the index is made anew, or
// emptied slot by slot, without a look at any key. After a fill that needed few of its slots it
// goes on with fewer: a small tick after a large one touches little memory again.
//
// Invariant: count <= 3/4 of the slots, and slots are a power of two.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/base/assert.h"
#include "weir/base/entry_list.h"
#include "weir/base/hash.h"
#include "weir/base/small_list.h"

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

  // The same; when there is none, the next entry, of number size(), takes the place, and none is
  // returned.
  template <class Same>
  [[gnu::always_inline]] std::uint32_t find_or_insert(std::uint32_t tag, Same&& same) {
    if (tags_.size() * 4 >= std::size_t{slot_count_} * 3) [[unlikely]]
      grow();
    for (std::uint32_t at = home(tag);; at = next(at)) {  // ends: a quarter of the slots is empty
      Slot& slot = slots_[at];
      if (slot.tag == 0) {
        slot = {tag, static_cast<std::uint32_t>(tags_.size())};
        tags_.push_back(tag);
        return none;
      }
      if (slot.tag == tag && same(slot.number)) return slot.number;
    }
  }

  // Forgets the newest entry.
  void take_back() {
    auto const number = static_cast<std::uint32_t>(tags_.size() - 1);
    slots_[find_slot(number)] = Slot{};
    tags_.pop_back();
  }

  std::size_t size() const { return tags_.size(); }
  std::size_t slot_count() const { return slot_count_; }

  // Forgets all entries. Costs the entries.
  void clear() {
    if (tags_.size() * 8 > slot_count_) {
      std::fill_n(slots_.data(), slot_count_, Slot{});
    } else if (slot_count_ > 0) {
      for (std::uint32_t number = 0; number < tags_.size(); ++number) {
        slots_[find_slot(number)] = Slot{};
      }
      slot_count_ =
          std::max(slots_min, static_cast<std::uint32_t>(std::bit_ceil(2 * tags_.size())));
    }
    tags_.clear();
  }

  // Soon an entry with this tag is asked for. (Inlined, for g++ 12 takes a function that does
  // nothing but fetch for one that does nothing.)
  [[gnu::always_inline]] void prefetch(std::uint32_t tag) const {
    if (slot_count_ > 0) __builtin_prefetch(&slots_[home(tag)]);
  }
  // The number of an entry that perhaps is the one with this tag, or none.
  std::uint32_t guess(std::uint32_t tag) const {
    return find(tag, [](std::uint32_t) { return true; });
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t number = 0;
  };
  static constexpr std::uint32_t slots_min = 16;

  std::uint32_t home(std::uint32_t tag) const {
    return static_cast<std::uint32_t>((std::uint64_t{tag} * slot_count_) >> 32);
  }
  std::uint32_t next(std::uint32_t at) const { return (at + 1) & (slot_count_ - 1); }

  // Where an entry is; slots before it may have been emptied already.
  std::uint32_t find_slot(std::uint32_t number) const {
    std::uint32_t at = home(tags_[number]);
    while (slots_[at].tag == 0 || slots_[at].number != number) at = next(at);
    return at;
  }

  [[gnu::noinline]] void grow() {
    WEIR_ASSERT(slot_count_ < (1u << 30));
    slot_count_ = std::max(slots_min, slot_count_ * 2);
    if (slots_.size() < slot_count_) {
      slots_ = {};  // first: nothing in it is needed any more
      slots_ = std::vector<Slot>(slot_count_);
    } else {
      std::fill_n(slots_.data(), slot_count_, Slot{});
    }
    for (std::uint32_t number = 0; number < tags_.size(); ++number) {
      std::uint32_t at = home(tags_[number]);
      while (slots_[at].tag != 0) at = next(at);
      slots_[at] = {tags_[number], number};
    }
  }

  std::vector<Slot> slots_;  // those behind the first slot_count_ are empty
  std::vector<std::uint32_t> tags_;
  std::uint32_t slot_count_ = 0;
};

template <class Key>
class HashSet {
 public:
  // True when the key is new.
  template <class K>
  bool insert(K&& key) {
    std::uint32_t const tag = TableIndex::tag_of(hash_of(key));
    auto const same = [&](std::uint32_t n) { return keys_[n] == key; };
    if (index_.find_or_insert(tag, same) != TableIndex::none) return false;
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
  Key const* data() const { return keys_.data(); }

  void clear() {
    index_.clear();
    keys_.clear();
  }

 private:
  TableIndex index_;
  std::vector<Key> keys_;
};

// Key to values; all values of a key lie together. `Values` is SmallSet or SmallList.
template <class Key, class Value, template <class> class Values = SmallSet>
class HashMultimap {
 public:
  struct Entry {
    Key key;
    Values<Value> values{};
  };

  HashMultimap() = default;
  HashMultimap(HashMultimap&&) noexcept = default;
  HashMultimap& operator=(HashMultimap&&) = delete;
  ~HashMultimap() { reset_lists(); }

  static std::uint32_t tag_of(Key const& key) { return TableIndex::tag_of(hash_of(key)); }

  // The entry to which the value was added, as its last; null when a set of values has an equal
  // one.
  template <class K, class V>
  Entry const* insert(K&& key, V&& value) {
    std::uint32_t const tag = tag_of(key);
    return insert(tag, std::forward<K>(key), std::forward<V>(value));
  }
  template <class K, class V>
  [[gnu::always_inline]] Entry const* insert(std::uint32_t tag, K&& key, V&& value) {
    auto const same = [&](std::uint32_t n) { return entries_[n].key == key; };
    std::uint32_t number = index_.find_or_insert(tag, same);
    if (number == TableIndex::none) {
      number = entries_.size();
      entries_.emplace_back(Key(std::forward<K>(key)));
    }
    Entry& entry = entries_[number];
    bool const added = entry.values.insert(std::forward<V>(value), memory_) != nullptr;
    return added ? &entry : nullptr;
  }

  // Null when the key is absent.
  Values<Value> const* find(Key const& key) const { return find(tag_of(key), key); }
  [[gnu::always_inline]] Values<Value> const* find(std::uint32_t tag, Key const& key) const {
    std::uint32_t const number =
        index_.find(tag, [&](std::uint32_t n) { return entries_[n].key == key; });
    return number == TableIndex::none ? nullptr : &entries_[number].values;
  }

  // In the order their keys came.
  EntryList<Entry> const& entries() const { return entries_; }

  void clear() {
    index_.clear();
    reset_lists();
    entries_.clear();
  }

  // ---- what is far away can be fetched in three steps before it is needed
  // ----

  std::size_t slot_count() const { return index_.slot_count(); }
  [[gnu::always_inline]] void prefetch_slot(std::uint32_t tag) const { index_.prefetch(tag); }
  [[gnu::always_inline]] void prefetch_entry(std::uint32_t tag) const {
    std::uint32_t const number = index_.guess(tag);
    if (number != TableIndex::none) entries_.prefetch(number);
  }
  [[gnu::always_inline]] void prefetch_values(std::uint32_t tag) const {
    std::uint32_t const number = index_.guess(tag);
    if (number != TableIndex::none) entries_[number].values.prefetch();
  }

 private:
  void reset_lists() {
    entries_.for_each([this](Entry& entry) { entry.values.reset(memory_); });
  }

  TableIndex index_;
  ListMemory<Value> memory_;
  EntryList<Entry> entries_;
};

}  // namespace weir

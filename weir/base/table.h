// The hash tables behind unique, difference and the joins.
//
// Entries lie densely in the order they came, beside an open-addressing index (table_index.h). So a
// replay walks memory in order and the same input gives the same output, growing moves 8 bytes an
// entry, a string is compared only when its tag agrees, and clear() costs the entries that are
// there, never the capacity that once was.
//
//   index     [tag|2] [ ] [tag|0] [tag|1] [ ] ...       entries   [k0 v0] [k1 v1] [k2 v2]
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/base/entry_list.h"
#include "weir/base/hash.h"
#include "weir/base/small_list.h"
#include "weir/base/table_index.h"

namespace weir {

template <class Key>
class HashSet {
 public:
  // True when the key is new.
  template <class K>
  [[gnu::always_inline]] bool insert(K&& key) {
    std::uint32_t const tag = TableIndex::tag_of(hash_of(key));
    auto const same = [&](std::uint32_t n) { return keys_[n] == key; };
    if (index_.find_or_insert(tag, same) != TableIndex::none) return false;
    keys_.push_back(std::forward<K>(key));
    return true;
  }
  [[gnu::always_inline]] bool contains(Key const& key) const {
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
  ListMemory memory_{alignof(Value)};
  EntryList<Entry> entries_;
};

}  // namespace weir

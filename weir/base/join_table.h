// What a join holds: the values of both inputs, found by their key.
//
// JoinTable   both sides are forgotten together: they share one table, whose entry has the values
//             of its key on either side. So whatever comes in is looked up once: where it goes is
//             where it meets the others.
//
//                 [key | values of 0 | values of 1] [key | … | …] …        in the order keys came
//
// JoinTables  they are forgotten apart: one table each. (A side that lives for a tick stays small,
//             whatever the other one has collected.)
//
// Both answer an insertion by what it met. Both can be told, in three steps, to fetch what will be
// needed of a key: its slot in the index, the entry, the values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "weir/base/entry_list.h"
#include "weir/base/hash.h"
#include "weir/base/small_list.h"
#include "weir/base/table.h"

namespace weir {

// A value that was added, its key, and the values that the key has on the other side.
template <class Key, class Own, class Other>
struct Met {
  Key const* key = nullptr;
  Own const* own = nullptr;
  Other const* others = nullptr;
  std::uint32_t count = 0;  // 0 as well where the value was known
};

template <class Key, class Left, class Right, template <class> class Values>
class JoinTable {
 public:
  struct Entry {
    Key key;
    Values<Left> left{};
    Values<Right> right{};
  };

  JoinTable() = default;
  JoinTable(JoinTable&&) noexcept = default;
  JoinTable& operator=(JoinTable&&) = delete;
  ~JoinTable() { reset_lists(); }

  static std::uint32_t tag_of(Key const& key) { return TableIndex::tag_of(hash_of(key)); }

  template <int Side, class K, class V>
  [[gnu::always_inline]] auto insert(std::uint32_t tag, K&& key, V&& value) {
    auto const same = [&](std::uint32_t n) { return entries_[n].key == key; };
    std::uint32_t number = index_.find_or_insert(tag, same);
    if (number == TableIndex::none) {
      number = entries_.size();
      entries_.emplace_back(Key(std::forward<K>(key)));
    }
    Entry& entry = entries_[number];
    if constexpr (Side == 0) {
      Left const* const own = entry.left.insert(std::forward<V>(value), left_memory_);
      return met<Left, Right>(entry.key, own, entry.right);
    } else {
      Right const* const own = entry.right.insert(std::forward<V>(value), right_memory_);
      return met<Right, Left>(entry.key, own, entry.left);
    }
  }

  // The same, inlined nowhere: for those who wait for memory anyway.
  template <int Side, class K, class V>
  [[gnu::noinline]] auto insert_apart(std::uint32_t tag, K&& key, V&& value) {
    return insert<Side>(tag, std::forward<K>(key), std::forward<V>(value));
  }

  // In the order their keys came.
  EntryList<Entry> const& entries() const { return entries_; }

  [[gnu::noinline]] void clear() {
    index_.clear();
    reset_lists();
    entries_.clear();
  }

  std::size_t slot_count() const { return index_.slot_count(); }
  [[gnu::always_inline]] void prefetch_slot(std::uint32_t tag) const { index_.prefetch(tag); }
  [[gnu::always_inline]] void prefetch_entry(std::uint32_t tag) const {
    std::uint32_t const number = index_.guess(tag);
    if (number != TableIndex::none) entries_.prefetch(number);
  }
  [[gnu::always_inline]] void prefetch_values(std::uint32_t tag) const {
    std::uint32_t const number = index_.guess(tag);
    if (number == TableIndex::none) return;
    entries_[number].left.prefetch();
    entries_[number].right.prefetch();
  }

 private:
  template <class Own, class Other>
  [[gnu::always_inline]] static Met<Key, Own, Other> met(Key const& key, Own const* own,
                                                         Values<Other> const& others) {
    return {&key, own, others.begin(), own == nullptr ? 0 : others.size()};
  }
  void reset_lists() {
    entries_.for_each([this](Entry& entry) {
      entry.left.reset(left_memory_);
      entry.right.reset(right_memory_);
    });
  }

  TableIndex index_;
  ListMemory left_memory_{alignof(Left)};
  ListMemory right_memory_{alignof(Right)};
  EntryList<Entry> entries_;
};

template <class Key, class Left, class Right, template <class> class Values>
class JoinTables {
 public:
  static std::uint32_t tag_of(Key const& key) { return TableIndex::tag_of(hash_of(key)); }

  template <int Side, class K, class V>
  [[gnu::always_inline]] auto insert(std::uint32_t tag, K&& key, V&& value) {
    if constexpr (Side == 0) {
      return met<Left, Right>(tag, left_.insert(tag, std::forward<K>(key), std::forward<V>(value)),
                              right_);
    } else {
      return met<Right, Left>(tag, right_.insert(tag, std::forward<K>(key), std::forward<V>(value)),
                              left_);
    }
  }

  template <int Side, class K, class V>
  [[gnu::noinline]] auto insert_apart(std::uint32_t tag, K&& key, V&& value) {
    return insert<Side>(tag, std::forward<K>(key), std::forward<V>(value));
  }

  template <int Side>
  void clear() {
    if constexpr (Side == 0) left_.clear();
    else right_.clear();
  }

  std::size_t slot_count() const { return std::max(left_.slot_count(), right_.slot_count()); }
  [[gnu::always_inline]] void prefetch_slot(std::uint32_t tag) const {
    left_.prefetch_slot(tag);
    right_.prefetch_slot(tag);
  }
  [[gnu::always_inline]] void prefetch_entry(std::uint32_t tag) const {
    left_.prefetch_entry(tag);
    right_.prefetch_entry(tag);
  }
  [[gnu::always_inline]] void prefetch_values(std::uint32_t tag) const {
    left_.prefetch_values(tag);
    right_.prefetch_values(tag);
  }

 private:
  template <class Own, class Other>
  [[gnu::always_inline]] static Met<Key, Own, Other> met(std::uint32_t tag, auto const* entry,
                                                         auto const& other_side) {
    if (entry == nullptr) return {};
    auto const* const others = other_side.find(tag, entry->key);
    if (others == nullptr) return {};
    return {&entry->key, entry->values.end() - 1, others->begin(), others->size()};
  }

  HashMultimap<Key, Left, Values> left_;
  HashMultimap<Key, Right, Values> right_;
};

}  // namespace weir

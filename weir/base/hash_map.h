// A map from key to value, for what is accumulated by key: an entry is found with one probe,
// entries lie densely in the order their keys came, and the memory is kept for what comes after
// clear().
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/base/hash.h"
#include "weir/base/slice.h"
#include "weir/base/table.h"

namespace weir {

template <class Key, class Value>
class HashMap {
 public:
  using Entry = std::pair<Key, Value>;

  // The entry of the key. A new one gets the value that make() gives; when that throws, the map is
  // as it was.
  template <class K, class Make>
  [[gnu::always_inline]] Entry& find_or_insert(K&& key, Make&& make) {
    std::uint32_t const tag = tag_of(key);
    auto const same = [&](std::uint32_t n) { return entries_[n].first == key; };
    std::uint32_t const found = index_.find_or_insert(tag, same);
    if (found != TableIndex::none) return entries_[found];
    try {
      entries_.emplace_back(std::forward<K>(key), make());
    } catch (...) {
      index_.take_back();
      throw;
    }
    return entries_.back();
  }

  // Null when the key is absent.
  Value const* find(Key const& key) const {
    std::uint32_t const number =
        index_.find(tag_of(key), [&](std::uint32_t n) { return entries_[n].first == key; });
    return number == TableIndex::none ? nullptr : &entries_[number].second;
  }

  std::size_t size() const { return entries_.size(); }
  // In the order their keys came. Values may be changed; keys may not.
  Slice<Entry> entries() { return entries_; }
  Slice<Entry const> entries() const { return entries_; }

  // The entries for good: they may be moved out, for no key is found any more. Until clear(),
  // nothing may be asked of the map or put into it.
  Slice<Entry> release() {
    forget_keys();
    return entries_;
  }
  void clear() {
    forget_keys();
    entries_.clear();
  }

  // Removes the entries for which `condition` holds; the others stay in order. Costs all entries.
  template <class Condition>
  void erase_if(Condition condition) {
    forget_keys();
    std::erase_if(entries_, condition);
    auto const none_is_same = [](std::uint32_t) { return false; };
    for (Entry const& entry : entries_) index_.find_or_insert(tag_of(entry.first), none_is_same);
  }

 private:
  static std::uint32_t tag_of(Key const& key) { return TableIndex::tag_of(hash_of(key)); }
  // Once a fill: an index that is cleared when it is empty takes that for a small one.
  void forget_keys() {
    if (index_.size() > 0) index_.clear();
  }

  TableIndex index_;
  std::vector<Entry> entries_;
};

}  // namespace weir

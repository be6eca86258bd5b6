// A set of op ids that come and go: a want-list.
//
// Open addressing with linear probing. An id that goes is not marked but its place is filled by
// what lies behind it and wants to be nearer to its home, so a set in which everything is replaced
// again and again stays as quick as a new one.
//
//   tags_   [ ][7][7][9][ ] ...     32 bits of the hash, 0 where nothing lies
//   ids_    [ ][a][b][c][ ] ...     looked at only where the tag agrees
//
// Invariant: size <= 3/4 of the slots, and slots are a power of two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/store/op.h"

namespace weir {

class IdSet {
 public:
  // The seed keeps strangers from choosing ids that collide.
  explicit IdSet(std::uint64_t seed) : seed_(seed) {}

  // True when it is new.
  bool insert(OpId const& id);
  // True when it was there.
  bool erase(OpId const& id);
  bool contains(OpId const& id) const { return tags_.size() > 0 && tags_[find(id)] != 0; }

  std::size_t size() const { return size_; }
  // Keeps the memory. Costs the slots.
  void clear();

  // Calls f(id) for each, in no order.
  template <class F>
  void for_each(F f) const {
    for (std::size_t at = 0; at < tags_.size(); ++at) {
      if (tags_[at] != 0) f(ids_[at]);
    }
  }

 private:
  std::uint32_t tag_of(OpId const& id) const {
    return static_cast<std::uint32_t>(id.hash(seed_) >> 32) | 1u;
  }
  std::size_t home(std::uint32_t tag) const { return (std::uint64_t{tag} * tags_.size()) >> 32; }
  std::size_t next(std::size_t at) const { return (at + 1) & (tags_.size() - 1); }
  // Where it lies, or would lie.
  std::size_t find(OpId const& id) const;
  void grow();

  std::uint64_t const seed_;
  std::size_t size_ = 0;
  std::vector<std::uint32_t> tags_;
  std::vector<OpId> ids_;
};

}  // namespace weir

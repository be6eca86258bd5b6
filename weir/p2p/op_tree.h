// The ops that a node holds, by when they were made: what reconciliation asks of a set.
//
// A B+ tree over (time, id). Every inner node knows of each child how many ops lie below it and the
// sum of their ids, modulo 2^256; so the sum over any range is a difference of two prefixes, each a
// walk from the root to a leaf, and an op that comes or goes changes one sum per level.
//
//   inner   [ count sum first ] [ count sum first ] …        at most 32 children
//   leaf    [ (time, id) (time, id) … ]                       at most 64 ops
//
// Ops mostly come in the order of their times: a leaf that is full and gets one behind its last is
// left full. So a million of them take some 41 MiB. A node that shrinks is removed when it is empty
// and not before: ops hardly ever go.
#pragma once

#include <array>
#include <compare>
#include <cstdint>

#include "weir/store/op.h"

namespace weir {

// An op as reconciliation knows it.
struct TimedId {
  std::uint64_t time = 0;  // microseconds since 1970
  OpId id;

  friend bool operator==(TimedId const&, TimedId const&) = default;
  friend std::strong_ordering operator<=>(TimedId const&, TimedId const&) = default;
};

// Of ids, as numbers of 256 bits whose lowest byte comes first, modulo 2^256.
struct IdSum {
  std::array<std::uint64_t, 4> words{};

  void add(IdSum const& other);
  void subtract(IdSum const& other);
  static IdSum of(OpId const& id);

  friend bool operator==(IdSum const&, IdSum const&) = default;
};

struct RangeSummary {
  std::uint64_t count = 0;
  IdSum sum;
};

class OpTree {
 public:
  OpTree() = default;
  OpTree(OpTree const&) = delete;
  OpTree& operator=(OpTree const&) = delete;
  ~OpTree();

  // True when it is new.
  bool insert(TimedId const& op);
  // True when it was there.
  bool erase(TimedId const& op);
  bool contains(TimedId const& op) const;
  std::uint64_t size() const { return size_; }

  // How many are less than that.
  std::uint64_t rank(TimedId const& bound) const;
  // The one before which there are `rank`; rank < size().
  TimedId at(std::uint64_t rank) const;
  // Of those from rank `from` on and before rank `to`. O(log n).
  RangeSummary summary(std::uint64_t from, std::uint64_t to) const;

  // Calls f(op) for each from rank `from` on and before rank `to`, in order, until it returns
  // false.
  template <class F>
  void for_each(std::uint64_t from, std::uint64_t to, F f) const {
    while (from < to) {  // ends: no leaf is empty
      LeafPart const part = part_from(from);
      for (std::uint32_t n = 0; n < part.count && from < to; ++n, ++from) {
        if (!f(part.first[n])) return;
      }
    }
  }

  // What it takes, in bytes.
  std::uint64_t memory() const;

 private:
  static constexpr std::uint32_t leaf_max = 64;
  static constexpr std::uint32_t children_max = 32;

  struct Leaf;
  struct Inner;
  struct Child;
  struct LeafPart {
    TimedId const* first;
    std::uint32_t count;
  };

  // Each returns what was split off to the right of the child, if anything had to be.
  Child insert_below(Child& child, std::uint32_t height, TimedId const& op);
  Child insert_into_leaf(Child& child, TimedId const& op);
  Child add_child(Child& child, std::uint32_t at, Child const& added);
  void erase_below(Child& child, std::uint32_t height, TimedId const& op);
  void destroy(void* node, std::uint32_t height);
  LeafPart part_from(std::uint64_t rank) const;
  RangeSummary prefix(std::uint64_t rank) const;

  void* root_ = nullptr;  // a leaf if height_ is 0
  std::uint32_t height_ = 0;
  std::uint64_t size_ = 0;
  IdSum sum_;
  std::uint64_t leaves_ = 0;
  std::uint64_t inners_ = 0;
};

}  // namespace weir

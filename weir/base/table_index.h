// The index half of a hash table: which entry has this key? It knows entries only by their number.
//
// 8-byte slots (a 32-bit tag and the entry's number) are probed linearly. The tags are kept a
// second time in the order of the entries, so that the index is made anew, or emptied slot by slot,
// without a look at any key. After a fill that needed few of its slots it goes on with fewer: a
// small tick after a large one touches little memory again.
//
// Invariant: count <= 3/4 of the slots, and slots are a power of two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace weir {

class TableIndex {
 public:
  static constexpr std::uint32_t none = 0xFFFF'FFFFu;

  TableIndex() = default;
  TableIndex(TableIndex&& other) noexcept
      : slots_(std::exchange(other.slots_, nullptr)),
        tags_(std::exchange(other.tags_, nullptr)),
        count_(std::exchange(other.count_, 0)),
        count_max_(std::exchange(other.count_max_, 0)),
        slot_count_(std::exchange(other.slot_count_, 0)),
        slot_capacity_(std::exchange(other.slot_capacity_, 0)) {}
  TableIndex& operator=(TableIndex&&) = delete;
  ~TableIndex();

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
    if (count_ >= count_max_) [[unlikely]]
      grow();
    for (std::uint32_t at = home(tag);; at = next(at)) {  // ends: a quarter of the slots is empty
      Slot& slot = slots_[at];
      if (slot.tag == 0) {
        slot = {tag, count_};
        tags_[count_++] = tag;
        return none;
      }
      if (slot.tag == tag && same(slot.number)) return slot.number;
    }
  }

  // Forgets the newest entry.
  void take_back();
  // Forgets all entries. Costs the entries.
  void clear();

  std::size_t size() const { return count_; }
  std::size_t slot_count() const { return slot_count_; }

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

  std::uint32_t home(std::uint32_t tag) const {
    return static_cast<std::uint32_t>((std::uint64_t{tag} * slot_count_) >> 32);
  }
  std::uint32_t next(std::uint32_t at) const { return (at + 1) & (slot_count_ - 1); }
  std::uint32_t find_slot(std::uint32_t number) const;
  void grow();
  void use_slots(std::uint32_t count);
  void put_in(std::uint32_t number);

  Slot* slots_ = nullptr;          // slot_capacity_; those behind the first slot_count_ are empty
  std::uint32_t* tags_ = nullptr;  // of the entries; room for 3/4 of slot_capacity_
  std::uint32_t count_ = 0;
  std::uint32_t count_max_ = 0;  // 3/4 of slot_count_
  std::uint32_t slot_count_ = 0;
  std::uint32_t slot_capacity_ = 0;
};

}  // namespace weir

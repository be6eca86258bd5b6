#include "weir/base/table_index.h"

#include <algorithm>
#include <bit>

#include "weir/base/assert.h"

namespace weir {
namespace {

constexpr std::uint32_t slots_min = 16;
constexpr std::uint32_t slots_max = 1u << 30;

constexpr std::uint32_t three_quarters(std::uint32_t count) { return count - count / 4; }

}  // namespace

TableIndex::~TableIndex() {
  delete[] slots_;
  delete[] tags_;
}

void TableIndex::take_back() {
  slots_[find_slot(count_ - 1)] = Slot{};
  --count_;
}

void TableIndex::clear() {
  if (count_ > slot_count_ / 8) {
    std::fill_n(slots_, slot_count_, Slot{});
  } else if (slot_count_ > 0) {
    for (std::uint32_t number = 0; number < count_; ++number) slots_[find_slot(number)] = Slot{};
    use_slots(std::max(slots_min, std::bit_ceil(2 * count_)));
  }
  count_ = 0;
}

// Where an entry is; slots before it may have been emptied already.
std::uint32_t TableIndex::find_slot(std::uint32_t number) const {
  std::uint32_t at = home(tags_[number]);
  while (slots_[at].tag == 0 || slots_[at].number != number) at = next(at);
  return at;
}

void TableIndex::grow() {
  WEIR_ASSERT(slot_count_ < slots_max);
  use_slots(std::max(slots_min, slot_count_ * 2));
  if (slot_count_ > slot_capacity_) {
    delete[] std::exchange(slots_, nullptr);  // first: nothing in it is needed any more
    slot_capacity_ = 0;
    slots_ = new Slot[slot_count_];
    auto* const tags = new std::uint32_t[count_max_];
    std::copy_n(tags_, count_, tags);
    delete[] std::exchange(tags_, tags);
    slot_capacity_ = slot_count_;
  } else {
    std::fill_n(slots_, slot_count_, Slot{});
  }
  for (std::uint32_t number = 0; number < count_; ++number) put_in(number);
}

void TableIndex::use_slots(std::uint32_t count) {
  slot_count_ = count;
  count_max_ = three_quarters(count);
}

void TableIndex::put_in(std::uint32_t number) {
  std::uint32_t at = home(tags_[number]);
  while (slots_[at].tag != 0) at = next(at);
  slots_[at] = {tags_[number], number};
}

}  // namespace weir

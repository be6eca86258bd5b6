#include "weir/store/id_set.h"

#include <algorithm>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

std::size_t IdSet::find(OpId const& id) const {
  std::uint32_t const tag = tag_of(id);
  std::size_t at = home(tag);
  // Ends: a quarter of the slots is empty.
  while (tags_[at] != 0 && !(tags_[at] == tag && ids_[at] == id)) at = next(at);
  return at;
}

bool IdSet::insert(OpId const& id) {
  if (4 * (size_ + 1) > 3 * tags_.size()) grow();
  std::size_t const at = find(id);
  if (tags_[at] != 0) return false;
  tags_[at] = tag_of(id);
  ids_[at] = id;
  ++size_;
  return true;
}

bool IdSet::erase(OpId const& id) {
  if (tags_.empty()) return false;
  std::size_t hole = find(id);
  if (tags_[hole] == 0) return false;
  std::size_t const mask = tags_.size() - 1;
  // Ends at the first empty slot. What lies at `at` may fill the hole if its home is not between
  // the hole and itself.
  for (std::size_t at = next(hole); tags_[at] != 0; at = next(at)) {
    std::size_t const from_home = (at - home(tags_[at])) & mask;
    std::size_t const from_hole = (at - hole) & mask;
    if (from_home < from_hole) continue;
    tags_[hole] = tags_[at];
    ids_[hole] = ids_[at];
    hole = at;
  }
  tags_[hole] = 0;
  --size_;
  return true;
}

void IdSet::clear() {
  if (size_ == 0) return;
  std::ranges::fill(tags_, 0u);
  size_ = 0;
}

void IdSet::grow() {
  std::size_t const slots = std::max<std::size_t>(16, 2 * tags_.size());
  auto const old_tags = std::exchange(tags_, std::vector<std::uint32_t>(slots));
  auto const old_ids = std::exchange(ids_, std::vector<OpId>(slots));
  for (std::size_t n = 0; n < old_tags.size(); ++n) {
    if (old_tags[n] == 0) continue;
    std::size_t at = home(old_tags[n]);
    while (tags_[at] != 0) at = next(at);
    tags_[at] = old_tags[n];
    ids_[at] = old_ids[n];
  }
  WEIR_ASSERT(4 * size_ <= 3 * tags_.size());
}

}  // namespace weir

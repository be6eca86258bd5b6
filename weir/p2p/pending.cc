#include "weir/p2p/pending.h"

#include <utility>

#include "weir/base/assert.h"

namespace weir {

// ---- the index

std::size_t Pending::place_of(OpId const& id, std::uint32_t tag) const {
  std::size_t at = home(tag);
  // Ends: at least a quarter of the slots are empty.
  while (slots_[at].op != no_number && (slots_[at].tag != tag || ops_[slots_[at].op].id != id))
    at = next(at);
  return at;
}

std::uint32_t Pending::find(OpId const& id) const {
  if (ops_.size() == 0) return no_number;
  return slots_[place_of(id, tag_of(id))].op;
}

void Pending::prefetch(OpId const& id) const {
  if (slots_.empty()) return;
  __builtin_prefetch(&slots_[home(tag_of(id))]);
}

std::uint32_t Pending::find_or_add(OpId const& id) {
  if (4 * (ops_.size() + std::size_t{1}) > 3 * slots_.size()) grow();
  std::uint32_t const tag = tag_of(id);
  Slot& slot = slots_[place_of(id, tag)];
  if (slot.op != no_number) return slot.op;
  slot = {tag, ops_.take()};
  PendingOp& op = ops_[slot.op];
  op.id = id;
  op.use = ++uses_;
  return slot.op;
}

void Pending::grow() {
  std::vector<Slot> const old = std::exchange(
      slots_, std::vector<Slot>(slots_.empty() ? std::size_t{64} : 2 * slots_.size()));
  for (Slot const& slot : old) {
    if (slot.op == no_number) continue;
    std::size_t at = home(slot.tag);
    while (slots_[at].op != no_number) at = next(at);  // ends: the new table is half empty
    slots_[at] = slot;
  }
}

void Pending::close_gap(std::size_t gap) {
  std::size_t const mask = slots_.size() - 1;
  for (std::size_t at = next(gap); slots_[at].op != no_number; at = next(at)) {
    std::size_t const from_home = (at - home(slots_[at].tag)) & mask;
    if (from_home < ((at - gap) & mask)) continue;  // it would be before its home
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = {};
}

void Pending::remove_op(std::uint32_t number) {
  WEIR_ASSERT(ops_[number].first_source == no_number);
  OpId const& id = ops_[number].id;
  std::size_t const at = place_of(id, tag_of(id));
  WEIR_ASSERT(slots_[at].op == number);
  close_gap(at);
  ops_.give(number);
}

// ---- pairs

std::uint32_t Pending::find_pair(std::uint32_t op, PeerNumber peer) const {
  std::uint32_t pair = ops_[op].first_source;
  while (pair != no_number && pairs_[pair].peer != peer) pair = pairs_[pair].next_source;
  return pair;
}

std::uint32_t Pending::add_pair(std::uint32_t op, PeerNumber peer) {
  std::uint32_t const number = pairs_.take();
  Pair& pair = pairs_[number];
  pair.op = op;
  pair.peer = peer;
  pair.use = ++uses_;
  pair.next_source = std::exchange(ops_[op].first_source, number);
  return number;
}

void Pending::remove_pair(std::uint32_t number) {
  std::uint32_t* link = &ops_[pairs_[number].op].first_source;
  while (*link != number) {
    WEIR_ASSERT(*link != no_number);
    link = &pairs_[*link].next_source;
  }
  *link = pairs_[number].next_source;
  if (!metadata_.empty()) metadata_.erase(number);
  pairs_.give(number);
}

Bytes Pending::metadata_of(std::uint32_t pair) const {
  auto const known = metadata_.find(pair);
  return known == metadata_.end() ? Bytes() : known->second;
}

void Pending::note_metadata(std::uint32_t pair, Bytes const& metadata) {
  if (!metadata.empty()) metadata_.emplace(pair, metadata);
}

void Pending::push_back(PairList& list, std::uint32_t number) {
  Pair& pair = pairs_[number];
  pair.before = std::exchange(list.last, number);
  pair.after = no_number;
  (pair.before == no_number ? list.first : pairs_[pair.before].after) = number;
  ++list.size;
}

void Pending::push_front(PairList& list, std::uint32_t number) {
  Pair& pair = pairs_[number];
  pair.after = std::exchange(list.first, number);
  pair.before = no_number;
  (pair.after == no_number ? list.last : pairs_[pair.after].before) = number;
  ++list.size;
}

void Pending::unlink(PairList& list, std::uint32_t number) {
  WEIR_ASSERT(list.size > 0);
  Pair& pair = pairs_[number];
  (pair.before == no_number ? list.first : pairs_[pair.before].after) = pair.after;
  (pair.after == no_number ? list.last : pairs_[pair.after].before) = pair.before;
  pair.before = pair.after = no_number;
  --list.size;
}

std::uint64_t Pending::memory_bytes() const {
  std::uint64_t constexpr metadata_bytes = sizeof(*metadata_.begin()) + 2 * sizeof(void*);
  return metadata_.size() * metadata_bytes + slots_.capacity() * sizeof(Slot) +
         ops_.memory_bytes() + pairs_.memory_bytes();
}

}  // namespace weir

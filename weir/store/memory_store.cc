#include "weir/store/memory_store.h"

#include <utility>

namespace weir {

MemoryStore::Entry const* MemoryStore::find(OpId const& id) const {
  auto const same = [&](std::uint32_t n) { return is_entry_of(n, id); };
  std::uint32_t const number = index_.find(tag_of(id), same);
  return number == TableIndex::none ? nullptr : &entries_[number];
}

Result<void> MemoryStore::filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing) {
  missing.clear();
  for (OpId const& id : ids) {
    if (!holds(id)) missing.push_back(id);
  }
  return {};
}

Result<void> MemoryStore::retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                                   Retrieved& retrieved) {
  retrieved.clear();
  std::uint64_t used = 0;
  for (OpId const& id : ids) {
    if (Entry const* const entry = find(id)) {
      used += entry->bytes.size();
      if (used > bytes_max && !retrieved.ops.empty()) return {};
      retrieved.ops.push_back({id, entry->created_at, entry->bytes});
    }
    ++retrieved.answered;
  }
  return {};
}

Stored MemoryStore::store(Op& op) {
  std::uint32_t const size = op.bytes.size();
  bool const fits = size <= op_bytes_max && size <= limits_.bytes_max - bytes_ &&
                    entries_.size() < TableIndex::none;
  if (!fits) return holds(op.id) ? Stored::held : Stored::refused;
  auto const same = [&](std::uint32_t n) { return is_entry_of(n, op.id); };
  if (index_.find_or_insert(tag_of(op.id), same) != TableIndex::none) return Stored::held;
  entries_.emplace_back(op.id, op.created_at, std::move(op.bytes));
  ++count_;
  bytes_ += size;
  return Stored::stored;
}

bool MemoryStore::discard(OpId const& id) {
  auto* const entry = const_cast<Entry*>(find(id));
  if (entry == nullptr) return false;
  --count_;
  bytes_ -= entry->bytes.size();
  entry->bytes = {};
  entry->discarded = true;
  return true;
}

Result<void> MemoryStore::commit(Batch const& batch, Committed& committed) {
  committed.clear();
  for (OpId const& id : batch.discard) committed.discarded_count += discard(id) ? 1 : 0;
  for (OpId const& id : batch.want) {
    if (holds(id) || wants_.contains(id)) continue;
    if (wants_.size() < limits_.wants_max) wants_.insert(id);
    else ++committed.wants_refused;
  }
  for (Op& op : batch.ops) {
    std::uint32_t const size = op.bytes.size();
    Stored const stored = store(op);
    committed.ops.push_back(stored);
    if (stored != Stored::refused) wants_.erase(op.id);
    if (stored != Stored::stored) continue;
    ++committed.stored_count;
    committed.stored_bytes += size;
  }
  for (OpId const& id : batch.unwant) wants_.erase(id);
  return {};
}

Result<Bookmark> MemoryStore::list_since(Bookmark after, ListLimits limits,
                                         std::vector<OpEntry>& entries) {
  WEIR_ASSERT(limits.ops_max > 0);
  entries.clear();
  std::uint64_t used = 0;
  Bookmark next = after;
  for (; next < entries_.size() && entries.size() < limits.ops_max; ++next) {
    Entry const& entry = entries_[static_cast<std::uint32_t>(next)];
    if (entry.discarded) continue;
    used += entry.bytes.size();
    if (used > limits.bytes_max && !entries.empty()) break;
    entries.push_back({entry.id, entry.created_at, entry.bytes.size()});
  }
  return next;
}

Result<void> MemoryStore::load_wants(std::vector<OpId>& wants) {
  wants.clear();
  wants.reserve(wants_.size());
  wants_.for_each([&](OpId const& id) { wants.push_back(id); });
  return {};
}

}  // namespace weir

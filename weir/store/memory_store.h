// Ops in memory: gone with the process, and as quick as a hash table.
//
// They lie in the order in which they came, beside an index by id. Whoever wants a store of 1 GiB
// that never swaps says so in the limits: what does not fit is refused, and stays wanted.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/entry_list.h"
#include "weir/base/table_index.h"
#include "weir/store/id_set.h"
#include "weir/store/limits.h"
#include "weir/store/op_store.h"

namespace weir {

class MemoryStore final : public OpStore {
 public:
  // The seed is a number that no peer knows.
  explicit MemoryStore(std::uint64_t seed = 0, MemoryStoreLimits limits = {})
      : limits_(limits), seed_(seed), wants_(seed) {}

  Result<void> filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing) override;
  Result<void> retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                        Retrieved& retrieved) override;
  Result<void> commit(Batch const& batch, Committed& committed) override;
  Result<Bookmark> list_since(Bookmark after, ListLimits limits,
                              std::vector<OpEntry>& entries) override;
  Result<void> load_wants(std::vector<OpId>& wants) override;
  OpCounts counts() const override { return {count_, bytes_, wants_.size()}; }

  bool holds(OpId const& id) const { return find(id) != nullptr; }
  bool wants(OpId const& id) const { return wants_.contains(id); }

 private:
  // A discarded op stays as an empty entry: its number is somebody's bookmark.
  struct Entry {
    OpId id;
    std::uint64_t created_at = 0;
    Bytes bytes;
    bool discarded = false;
  };

  std::uint32_t tag_of(OpId const& id) const { return TableIndex::tag_of(id.hash(seed_)); }
  bool is_entry_of(std::uint32_t number, OpId const& id) const {
    return entries_[number].id == id && !entries_[number].discarded;
  }
  Entry const* find(OpId const& id) const;
  Stored store(Op& op);
  bool discard(OpId const& id);

  MemoryStoreLimits const limits_;
  std::uint64_t const seed_;
  TableIndex index_;
  EntryList<Entry> entries_;
  std::uint64_t count_ = 0;
  std::uint64_t bytes_ = 0;  // bytes_ <= limits_.bytes_max
  IdSet wants_;
};

}  // namespace weir

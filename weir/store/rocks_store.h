// Ops on a disk, in RocksDB.
//
// A commit is one write batch and one sync of the log: when it returns, the batch survives a crash
// of the machine. Everything in the files has a checksum, and one that does not agree costs the op
// it belongs to, not the store: retrieve() says which ones are damaged, and a batch that discards
// and wants them gets them again.
//
//   ops        id -> where it stands in the order, when it was made, its size; and its bytes, if
//   few payloads   place in the order -> bytes of a large op, in blob files that nothing sorts
//   again arrivals   place in the order -> up to 1024 entries (id, time, size) of those from there
//   on wants      id -> nothing default    the format, and one record of counts that each batch
//   writes
//
// One process has a store open at a time. RocksDB works in threads of its own in the background.
#pragma once

#include <cstdint>
#include <string>

#include "weir/base/owner.h"
#include "weir/store/limits.h"
#include "weir/store/op_store.h"

namespace weir {

struct RocksStoreOptions {
  RocksStoreLimits limits{};
  bool creates = true;     // a store where there is none
  std::uint64_t seed = 0;  // of the want-list's table: a number that no peer knows
};

class RocksStore final : public OpStore {
 public:
  // A directory of its own. Fails with one sentence: another process has it open, it is another
  // version's or no store at all, its files are damaged, the disk is full.
  static Result<Owner<RocksStore>> open(std::string const& path, RocksStoreOptions options = {});
  ~RocksStore() override;
  RocksStore(RocksStore const&) = delete;
  RocksStore& operator=(RocksStore const&) = delete;

  // What an operator should know of how it was opened; empty if all was well.
  std::string const& notice() const;

  Result<void> filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing) override;
  Result<void> retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                        Retrieved& retrieved) override;
  // After an error the store can be read, and the next commit opens it again, when there is room on
  // the disk. The batch that failed is not there; but a disk that fails may have kept it, and then
  // all of it is found when the store is opened.
  Result<void> commit(Batch const& batch, Committed& committed) override;
  Result<Bookmark> list_since(Bookmark after, ListLimits limits,
                              std::vector<OpEntry>& entries) override;
  Result<void> load_wants(std::vector<OpId>& wants) override;
  OpCounts counts() const override;

 private:
  class Database;
  explicit RocksStore(Owner<Database> database);

  Owner<Database> database_;
};

}  // namespace weir

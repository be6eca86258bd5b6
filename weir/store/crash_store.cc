#include "weir/store/crash_store.h"

#include <cerrno>
#include <utility>

namespace weir {

Result<void> CrashStore::check() const {
  if (crashed_) return Error{EIO, "crash store: it has crashed and was not started again"};
  return {};
}

Result<void> CrashStore::filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing) {
  missing.clear();
  Result<void> const checked = check();
  return checked ? disk_.filter_missing(ids, missing) : checked;
}

Result<void> CrashStore::retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                                  Retrieved& retrieved) {
  retrieved.clear();
  Result<void> const checked = check();
  return checked ? disk_.retrieve(ids, bytes_max, retrieved) : checked;
}

Result<void> CrashStore::commit(Batch const& batch, Committed& committed) {
  committed.clear();
  Result<void> const checked = check();
  if (!checked) return checked;
  if (failures_left_ > 0 || happens(options_.fail_once_in)) {
    if (failures_left_ > 0) --failures_left_;
    return Error{ENOSPC, "crash store: a batch was not stored: its disk is full"};
  }
  if (std::exchange(crashes_next_, false) || happens(options_.crash_once_in)) {
    crashed_ = true;
    bool const is_on_disk = random_.once_in(2);
    if (is_on_disk) {  // of copies: a batch that has failed is still its owner's
      std::vector<Op> copies(batch.ops.begin(), batch.ops.end());
      Batch copied = batch;
      copied.ops = copies;
      static_cast<void>(disk_.commit(copied, committed));
      committed.clear();
    }
    return check();
  }
  return disk_.commit(batch, committed);
}

Result<Bookmark> CrashStore::list_since(Bookmark after, ListLimits limits,
                                        std::vector<OpEntry>& entries) {
  entries.clear();
  Result<void> const checked = check();
  if (!checked) return checked.error();
  return disk_.list_since(after, limits, entries);
}

Result<void> CrashStore::load_wants(std::vector<OpId>& wants) {
  wants.clear();
  Result<void> const checked = check();
  return checked ? disk_.load_wants(wants) : checked;
}

}  // namespace weir

#include "weir/store/verify.h"

#include <algorithm>

#include "weir/base/assert.h"

namespace weir {

Result<Bookmark> verify_some(OpStore& store, Bookmark after, IdOfBytes id_of, VerifyLimits limits,
                             Verified& verified) {
  verified = {};
  std::vector<OpEntry> entries;
  Result<Bookmark> const next =
      store.list_since(after, {.bytes_max = limits.bytes_max, .ops_max = limits.ops_max}, entries);
  if (!next) return next;
  verified.at_end = entries.empty();
  std::vector<OpId> ids;
  for (OpEntry const& entry : entries) ids.push_back(entry.id);

  Retrieved retrieved;
  std::span<OpId const> rest = ids;
  while (!rest.empty()) {  // ends: the first one is always answered
    Result<void> const read = store.retrieve(rest, limits.bytes_max, retrieved);
    if (!read) return read.error();
    WEIR_ASSERT(retrieved.answered > 0);
    auto op = retrieved.ops.begin();
    for (OpId const& id : rest.first(retrieved.answered)) {
      bool const is_there = op != retrieved.ops.end() && op->id == id;
      bool const is_right =
          is_there &&
          (id_of == nullptr || id_of({op->bytes.data(), std::size_t{op->bytes.size()}}) == id);
      if (!is_right) verified.damaged.push_back(id);
      ++verified.ops;
      if (is_there) verified.bytes += (op++)->bytes.size();
    }
    rest = rest.subspan(retrieved.answered);
  }
  return next;
}

}  // namespace weir

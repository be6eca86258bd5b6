// Batches of ops for tests that interrupt a store: number n is a function of n, wants one op and
// brings the one that n - 1 wanted, so that every prefix of them leaves a state of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weir/base/random.h"
#include "weir/store/conformance.h"
#include "weir/store/rocks_store.h"

namespace weir {

// Small buffers, so that they are written out now and then.
inline RocksStoreOptions small_store() {
  RocksStoreOptions options;
  options.limits.write_buffers_bytes = 1u << 20;
  options.limits.block_cache_bytes = 1u << 20;
  return options;
}

inline OpId wanted_by(std::uint64_t batch) { return make_test_id(1u << 30 | batch); }

class TestBatch {
 public:
  explicit TestBatch(std::uint64_t number) : wanted_(wanted_by(number)) {
    Random random(number);
    std::uint64_t const count = 1 + random.below(12);
    for (std::uint64_t n = 0; n < count; ++n) {
      std::uint64_t const size = random.below(random.once_in(8) ? 20'000 : 1500);
      ops_.push_back(make_test_op(number * 100 + n, static_cast<std::uint32_t>(size)));
    }
    if (number == 0) return;
    ops_.push_back(make_test_op(number * 100 + count, 50));
    ops_.back().id = wanted_by(number - 1);
  }

  Batch batch() { return {.want = {&wanted_, 1}, .ops = ops_}; }
  std::vector<Op> const& ops() const { return ops_; }

 private:
  OpId wanted_;
  std::vector<Op> ops_;
};

// Whether the store is as the batches 0 … count - 1 leave it: one sentence, or nothing.
inline std::string compare_with_prefix(OpStore& store, std::uint64_t count) {
  OpCounts expected{0, 0, count > 0 ? 1u : 0u};
  std::vector<OpEntry> entries, page;
  for (Bookmark after = 0; Bookmark const next = store.list_since(after, {}, page).value();) {
    if (page.empty()) break;
    entries.insert(entries.end(), page.begin(), page.end());
    after = next;
  }
  Retrieved retrieved;
  std::size_t listed = 0;
  for (std::uint64_t number = 0; number < count; ++number) {
    TestBatch const batch(number);
    std::string const which = "batch " + std::to_string(number) + " of " + std::to_string(count);
    std::vector<OpId> ids;
    for (Op const& op : batch.ops()) {
      ids.push_back(op.id);
      ++expected.ops;
      expected.bytes += op.bytes.size();
      OpEntry const entry{op.id, op.created_at, op.bytes.size()};
      if (listed == entries.size() || entries[listed++] != entry) return which + ": wrong list";
    }
    Result<void> const read = store.retrieve(ids, ~std::uint64_t{0}, retrieved);
    if (!read) return which + ": " + read.error().message;
    if (retrieved.ops.size() != ids.size()) return which + ": ops are missing";
    for (std::size_t n = 0; n < ids.size(); ++n) {
      if (retrieved.ops[n].bytes != batch.ops()[n].bytes) return which + ": wrong bytes";
    }
  }
  if (listed != entries.size()) return "the list goes on behind batch " + std::to_string(count);
  if (store.counts() != expected) return "wrong counts after batch " + std::to_string(count);
  std::vector<OpId> wants;
  if (!store.load_wants(wants)) return "the wants cannot be read";
  if (count > 0 && wants != std::vector{wanted_by(count - 1)}) return "another op is wanted";
  return {};
}

}  // namespace weir

// Where ops are kept: what a node holds, what it wants, and in which order it got it.
//
// The interface is synchronous: a call returns when it is done, which for a store on a disk means
// that it waits for the disk. So a store belongs to one thread, the storage thread of a node
// (weir/p2p/storage.h); a store in memory may lie on a worker's own.
//
// What a store promises, and its conformance suite (store/conformance.h) holds it to:
//
//   atomic      a batch is committed as a whole or not at all, whatever ends the process
//   durable     a batch whose commit has returned is there after any crash
//   idempotent  an op that is held is held: the first bytes stay, and it counts once
//   exact       an op that a batch brings is no longer wanted, from the same moment on
//   bounded     a call returns at most what its limits allow, or one op if even that is larger
//
// All vectors that a call fills are emptied first. An Error is about the whole call; what is wrong
// with one op is said of that op.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/result.h"
#include "weir/store/op.h"

namespace weir {

// A place in the order in which a store got its ops: behind all those it has told so far. It stays
// valid for the life of the store, also over restarts. Zero is before all of them.
using Bookmark = std::uint64_t;

// What becomes of one op of a batch.
enum class Stored : std::uint8_t {
  stored,   // it is new, and durable
  held,     // it was there before, or is twice in the batch: nothing changed
  refused,  // it is larger than op_bytes_max, or than this store has room for
};

// Of all ops of one batch together.
inline constexpr std::uint64_t batch_bytes_max = 1u << 30;

// What is to be changed, all of it or nothing, in this order.
struct Batch {
  std::span<OpId const> discard{};  // ops that are dropped (because their bytes are damaged)
  std::span<OpId const> want{};     // added to the want-list, unless they are held
  std::span<Op> ops{};              // stored; the bytes of those that are may be moved away
  std::span<OpId const> unwant{};   // taken off the want-list
};

struct Committed {
  std::vector<Stored> ops;  // one for each op of the batch
  std::uint64_t stored_count = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t discarded_count = 0;
  std::uint64_t wants_refused = 0;  // because the want-list was full

  void clear();
};

struct Retrieved {
  std::vector<Op> ops;        // in the order in which they were asked for
  std::vector<OpId> damaged;  // held, but what the disk gives is not what it was given
  std::size_t answered = 0;   // how many of the ids were looked for: the first ones

  void clear();
};

// An op without its bytes.
struct OpEntry {
  OpId id;
  std::uint64_t created_at = 0;
  std::uint32_t size = 0;  // bytes

  friend bool operator==(OpEntry const&, OpEntry const&) = default;
};

// At most so much is listed; a single op that is larger than bytes_max is listed alone.
struct ListLimits {
  std::uint64_t bytes_max = ~std::uint64_t{0};  // of the ops themselves
  std::size_t ops_max = 65'536;                 // not 0
};

struct OpCounts {
  std::uint64_t ops = 0;
  std::uint64_t bytes = 0;  // of the ops themselves, not of what they take on a disk
  std::uint64_t wants = 0;

  friend bool operator==(OpCounts const&, OpCounts const&) = default;
};

class OpStore {
 public:
  virtual ~OpStore() = default;

  // Those of `ids` that are not held, in their order.
  virtual Result<void> filter_missing(std::span<OpId const> ids, std::vector<OpId>& missing) = 0;

  // Those of `ids` that are held, until their bytes add up to more than bytes_max: then `answered`
  // is smaller than ids.size(), and the rest is to be asked for again. The first id is always
  // answered.
  virtual Result<void> retrieve(std::span<OpId const> ids, std::uint64_t bytes_max,
                                Retrieved& retrieved) = 0;

  // All of it, durably, or an error and nothing of it.
  virtual Result<void> commit(Batch const& batch, Committed& committed) = 0;

  // What came after `after`, in the order in which it came. Returns where to go on.
  // When there is nothing more, nothing is listed.
  virtual Result<Bookmark> list_since(Bookmark after, ListLimits limits,
                                      std::vector<OpEntry>& entries) = 0;

  // The whole want-list, in no order. It is bounded by what the store was opened with.
  virtual Result<void> load_wants(std::vector<OpId>& wants) = 0;

  virtual OpCounts counts() const = 0;

  // The commonest batch.
  Result<void> process_incoming(std::span<Op> ops, Committed& committed) {
    return commit({.ops = ops}, committed);
  }
};

}  // namespace weir

// The ops that are wanted and not here yet, each with the peers that it may come from: kitsune2's
// set of pairs (op id, peer).
//
//   index   hash of an id ─▶ op             ops     id, its first source
//                                           pairs   op, peer, the op's next source;
//                                                   its neighbours in a list of that peer
//
// A pair is always on exactly one list of its peer, by what it is waiting for. So whatever happens
// to an op costs the peers it may come from, whatever happens to a peer costs its own pairs, and
// nothing is ever searched for among all. An op with one source takes about 115 bytes.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/clock.h"
#include "weir/p2p/pool.h"
#include "weir/store/op.h"

namespace weir {

// Of a peer: a place in a table. (Who that is, only the links know: links.h.)
using PeerNumber = std::uint32_t;

enum class PairState : std::uint8_t {
  parked,   // in order: waits for its turn; otherwise somebody else is asked, or it is asked later
  queued,   // to be asked, when its peer has room for it
  sending,  // in order: chosen, while its peer is being connected to
  asked,    // and not answered
};
inline constexpr std::size_t pair_state_count = 4;

struct Pair {
  std::uint32_t op = no_number;
  PeerNumber peer = no_number;
  std::uint32_t next_source = no_number;  // of its op
  std::uint32_t before = no_number;       // in its list
  std::uint32_t after = no_number;
  std::uint32_t use = 0;  // of its number: what refers to a pair that has gone is known by it
  PairState state = PairState::parked;
  std::uint8_t asks = 0;  // requests that its peer has not answered
  bool waits = false;     // it comes back to the queue by itself, after a time
  bool hedged = false;    // it is asked although somebody else is, too
  Instant asked_at = 0;
};
static_assert(sizeof(Pair) == 40);

struct PendingOp {
  OpId id;
  std::uint32_t first_source = no_number;
  std::uint32_t use = 0;
  std::uint32_t asked_count = 0;  // of how many peers at the same time
  bool storing = false;           // it has come, and the store has it
  bool listed = false;            // it is on the store's want-list
  Instant deadline = never;
};

// First in, first out, or first out at once; linked through the pairs.
struct PairList {
  std::uint32_t first = no_number;
  std::uint32_t last = no_number;
  std::uint32_t size = 0;
};

class Pending {
 public:
  // The seed is a number that no peer knows.
  explicit Pending(std::uint64_t seed) : seed_(seed) {}
  Pending(Pending const&) = delete;
  Pending& operator=(Pending const&) = delete;

  // The number of the op; no_number if it is not wanted.
  std::uint32_t find(OpId const& id) const;
  std::uint32_t find_or_add(OpId const& id);
  // The pair of these two; no_number if there is none. Costs the sources of the op.
  std::uint32_t find_pair(std::uint32_t op, PeerNumber peer) const;
  // Of a new pair, which is on no list yet.
  std::uint32_t add_pair(std::uint32_t op, PeerNumber peer);
  // It is on no list any more.
  void remove_pair(std::uint32_t pair);
  // It has no pairs any more.
  void remove_op(std::uint32_t op);
  // As processors like it: some time before find().
  void prefetch(OpId const& id) const;

  PendingOp& op(std::uint32_t number) { return ops_[number]; }
  PendingOp const& op(std::uint32_t number) const { return ops_[number]; }
  Pair& pair(std::uint32_t number) { return pairs_[number]; }
  Pair const& pair(std::uint32_t number) const { return pairs_[number]; }

  // What the store is told of the op if it comes from this peer; few say anything.
  bool has_metadata() const { return !metadata_.empty(); }
  Bytes metadata_of(std::uint32_t pair) const;
  // What was said first stays.
  void note_metadata(std::uint32_t pair, Bytes const& metadata);

  void push_back(PairList& list, std::uint32_t pair);
  void push_front(PairList& list, std::uint32_t pair);
  void unlink(PairList& list, std::uint32_t pair);

  std::uint32_t op_count() const { return ops_.size(); }
  std::uint32_t pair_count() const { return pairs_.size(); }
  std::uint64_t memory_bytes() const;

  // Calls f(number) for each op, in no order.
  template <class F>
  void for_each_op(F f) const {
    for (Slot const& slot : slots_) {
      if (slot.op != no_number) f(slot.op);
    }
  }

 private:
  // Open addressing with linear probing; a gap is closed by what lies behind it and wants to be
  // nearer to its home. Invariant: ops <= 3/4 of the slots, and slots are a power of two.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t op = no_number;
  };

  std::uint32_t tag_of(OpId const& id) const {
    return static_cast<std::uint32_t>(id.hash(seed_) >> 32);
  }
  std::size_t home(std::uint32_t tag) const { return (std::uint64_t{tag} * slots_.size()) >> 32; }
  std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
  std::size_t place_of(OpId const& id, std::uint32_t tag) const;
  void close_gap(std::size_t gap);
  void grow();

  std::uint64_t const seed_;
  std::vector<Slot> slots_;
  Pool<PendingOp> ops_;
  Pool<Pair> pairs_;
  std::unordered_map<std::uint32_t, Bytes> metadata_;  // by pair
  std::uint32_t uses_ = 0;
};

}  // namespace weir

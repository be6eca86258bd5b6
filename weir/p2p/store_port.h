// The border between the flows of fetch and whatever keeps the ops: what is asked goes out by three
// handoffs, and what is answered comes back by three others, in the same tick or in a later one.
//
//   to_filter ─▶ which of these are not held?      ─▶ filtered
//   incoming  ─▶ write these                       ─▶ written
//   turns     ─▶ what of these is held?            ─▶ served
//
// serve_inline() answers them at once, from a store in memory.
#pragma once

#include <cstdint>
#include <vector>

#include "weir/base/hash.h"
#include "weir/base/slice.h"
#include "weir/p2p/serve.h"
#include "weir/p2p/want.h"
#include "weir/sched/handoff.h"
#include "weir/sched/input.h"
#include "weir/store/op_store.h"

namespace weir {

class Graph;

// What is wanted of a peer; answered with those of it that are not held.
struct WantedOps {
  PeerNumber peer = no_number;
  std::vector<WantedOp> ops;
  std::size_t asked_count = 0;  // before those that are held were left out
};

struct IncomingOp {
  PeerNumber peer = no_number;
  Op op;
};

enum class Written : std::uint8_t {
  stored,
  held,     // it was there before
  refused,  // the store has no room for it
  failed,   // the store can write nothing now
};

struct WrittenOp {
  PeerNumber peer = no_number;
  OpId id;
  std::uint32_t size = 0;  // bytes
  Written written = Written::stored;
};

// An op that the store has not held before, and whom it came from.
struct StoredOp {
  PeerNumber peer = no_number;
  OpId id;
  std::uint64_t created_at = 0;  // microseconds since 1970
  std::uint32_t size = 0;        // bytes
};
// Is told of each as soon as that is known, while it is still wanted of its peers.
struct StoredHook {
  void (*function)(void* context, StoredOp const& op) = nullptr;
  void* context = nullptr;
  void operator()(StoredOp const& op) const {
    if (function != nullptr) function(context, op);
  }
};

struct StorePort {
  StoredHook on_stored{};
  Handoff<WantedOps> to_filter{"to filter"};
  Handoff<WantedOps> filtered{"filtered"};
  Handoff<IncomingOp> incoming{"incoming ops"};
  Handoff<WrittenOp> written{"written ops"};
  Handoff<Turn> turns{"turns"};
  Handoff<Served> served{"served"};
  // The store can take no more turns now. Whoever answers them asks for more when it can.
  bool turns_wait = false;
  // The want-list has to be brought up to date; given once until somebody has looked.
  Input<unit> list_changes{"want-list"};
  bool list_changed = false;
};

// ---- for whoever answers
// Leaves those of its ops that are in `missing`, which has them in their order; from `next` on, and
// what it has used is behind that afterwards.
void leave_out_held(WantedOps& wanted, Slice<OpId const> missing, std::size_t& next);
Written written_as(Stored stored);
Served served_of(Turn&& turn, Retrieved& found);

// Three subgraphs that call the store: for one that never waits. It outlives the graph.
void serve_inline(Graph& graph, StorePort& port, OpStore& store);

}  // namespace weir

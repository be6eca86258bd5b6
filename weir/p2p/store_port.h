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

#include "weir/p2p/serve.h"
#include "weir/p2p/want.h"
#include "weir/sched/handoff.h"
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

struct StorePort {
  Handoff<WantedOps> to_filter{"to filter"};
  Handoff<WantedOps> filtered{"filtered"};
  Handoff<IncomingOp> incoming{"incoming ops"};
  Handoff<WrittenOp> written{"written ops"};
  Handoff<Turn> turns{"turns"};
  Handoff<Served> served{"served"};
};

// Three subgraphs that call the store: for one that never waits. It outlives the graph.
void serve_inline(Graph& graph, StorePort& port, OpStore& store);

}  // namespace weir

// Whose turn it is to be answered, as plain values and functions of them.
//
// In profile compatible requests are answered in the order in which they came, whoever sent them.
// Otherwise every peer has a queue of ids and they take turns of so many bytes, so one that asks
// for much makes nobody else wait; one that has used up the room it has promised, or does not read,
// is left out until it has more. At most `serve_bytes_per_tick` are taken up in a tick.
#pragma once

#include <cstdint>
#include <vector>

#include "weir/base/hash_map.h"
#include "weir/base/queue.h"
#include "weir/net/connection_id.h"
#include "weir/p2p/counters.h"
#include "weir/p2p/credit.h"
#include "weir/p2p/fetch_policy.h"
#include "weir/p2p/message.h"
#include "weir/p2p/pending.h"

namespace weir {

// What a peer has asked for and has not been given.
struct Requester {
  ConnectionId connection;  // another one is another peer, as far as this is concerned
  Queue<OpId> ids;
  std::vector<OpId> left_over;             // of its last turn, to come first in the next
  HashMap<OpId, std::uint64_t> cancelled;  // up to which place in its queue
  std::uint64_t queued = 0;                // ever
  std::uint64_t taken = 0;                 // taken <= queued
  std::uint64_t sent_bytes = 0;
  std::uint64_t credit = 0;  // how many it may be sent in all; 0: it has not said
  std::uint32_t version = 0;
  bool in_line = false;  // it waits for its turn
  bool busy = false;     // the store is looking for what its last turn was for
};

// What the store is to be asked for, for one peer.
struct Turn {
  PeerNumber peer = no_number;
  ConnectionId connection{};
  std::uint64_t bytes_max = 0;  // no more ops once they are more than that
  std::vector<OpId> ids{};
};

// What the store has found for it. `left_over` was not looked for: there was enough already.
struct Served {
  PeerNumber peer = no_number;
  ConnectionId connection{};
  std::vector<Op> ops;
  std::vector<OpId> absent;
  std::vector<OpId> left_over;
  // What the store counts as taken as long as this lives.
  Credit request{};
  Credit bytes{};
};

struct ServeState {
  explicit ServeState(FetchPolicy const& its_policy) : policy(its_policy) {}

  FetchPolicy const policy;
  Queue<Turn> in_order;
  std::vector<Requester> requesters;  // by peer
  Queue<PeerNumber> line;             // whose turns come next
  std::uint64_t queued_ids = 0;       // of all; queued_ids <= policy.ids_queued_total_max
  ServeCounters counters;
};

// Queues what is asked for. Returns how many of the ids could not be.
std::uint32_t accept_request(ServeState& state, PeerNumber peer, ConnectionId connection,
                             FetchRequest const& request);
// The peer has gone, and with it all that it asked for.
void forget_requester(ServeState& state, PeerNumber peer);
// Those whose turn it is in this tick. `may_send(peer)` says whether one reads what it is sent; who
// does not keeps its place.
template <class MaySend>
std::vector<Turn> take_turns(ServeState& state, MaySend may_send);
// The answer has been made; the peer takes its place in the line again if it has asked for more.
void note_served(ServeState& state, Served const& served);
bool has_turns(ServeState const& state);

// ---- for take_turns
std::size_t turns_max(ServeState const& state);
// Ids for one turn of the next in line; empty if that has no credit left or nothing to be given.
Turn take_turn(ServeState& state, PeerNumber peer);
void wait_in_line(ServeState& state, PeerNumber peer);

template <class MaySend>
std::vector<Turn> take_turns(ServeState& state, MaySend may_send) {
  std::vector<Turn> turns;
  std::size_t const most = turns_max(state);
  while (turns.size() < most && !state.in_order.empty()) {
    turns.push_back(state.in_order.pop());
    state.queued_ids -= turns.back().ids.size();
  }
  for (std::size_t left = state.line.size(); left > 0 && turns.size() < most; --left) {
    PeerNumber const peer = state.line.pop();
    state.requesters[peer].in_line = false;
    if (!may_send(peer)) {
      wait_in_line(state, peer);
      continue;
    }
    Turn turn = take_turn(state, peer);
    if (!turn.ids.empty()) turns.push_back(std::move(turn));
  }
  return turns;
}

}  // namespace weir

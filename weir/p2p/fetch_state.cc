#include "weir/p2p/fetch_state.h"

#include <algorithm>

#include "weir/base/assert.h"

namespace weir {

namespace {

// No wait of an unresponsive peer is shorter, however it is drawn.
constexpr Duration back_off_min = 10 * milliseconds;
// Ids that one peer is told of as not wanted any more; of more it is not told.
constexpr std::size_t cancelled_max = 4096;
// Of the first wait; beyond it every bound is back_off_max.
constexpr std::uint32_t doublings_max = 20;

PairList& list_of(FetchState& state, Pair const& pair) {
  return state.peers[pair.peer].lists[static_cast<std::size_t>(pair.state)];
}

// ---- the heap of peers by when they are due

bool sooner(FetchState const& state, std::uint32_t a, std::uint32_t b) {
  return state.peers[state.due[a]].due < state.peers[state.due[b]].due;
}
void swap_places(FetchState& state, std::uint32_t a, std::uint32_t b) {
  std::swap(state.due[a], state.due[b]);
  state.peers[state.due[a]].due_place = a;
  state.peers[state.due[b]].due_place = b;
}
void rise(FetchState& state, std::uint32_t at) {
  for (; at > 0 && sooner(state, at, (at - 1) / 2); at = (at - 1) / 2)
    swap_places(state, at, (at - 1) / 2);
}
void sink(FetchState& state, std::uint32_t at) {
  for (;;) {  // ends: each turn goes a level down
    std::uint32_t least = at;
    for (std::uint32_t const child : {2 * at + 1, 2 * at + 2}) {
      if (child < state.due.size() && sooner(state, child, least)) least = child;
    }
    if (least == at) return;
    swap_places(state, at, least);
    at = least;
  }
}

}  // namespace

FetchState::FetchState(FetchPolicy const& its_policy, std::uint64_t seed)
    : policy(its_policy), random(seed), pending(mix(seed)), room_bytes(policy.room_bytes) {
  WEIR_ASSERT(consistent(policy));
}

FetchPeer& peer_of(FetchState& state, PeerNumber peer) {
  WEIR_ASSERT(peer < state.policy.peers_max);
  if (peer >= state.peers.size()) state.peers.resize(peer + std::size_t{1});
  FetchPeer& known = state.peers[peer];
  if (known.window == 0) known.window = state.policy.window_first;
  return known;
}

void mark_changed(FetchState& state, PeerNumber number) {
  FetchPeer& peer = peer_of(state, number);
  if (peer.changed) return;
  peer.changed = true;
  state.changed.push_back(number);
}

void move_pair(FetchState& state, std::uint32_t number, PairState to) {
  Pair& pair = state.pending.pair(number);
  FetchPeer& peer = state.peers[pair.peer];
  if (peer.hedge_next == number) peer.hedge_next = pair.after;
  state.pending.unlink(list_of(state, pair), number);
  pair.state = to;
  state.pending.push_back(list_of(state, pair), number);
  if (to == PairState::asked && peer.hedge_next == no_number) peer.hedge_next = number;
}

void queue_pair(FetchState& state, std::uint32_t number) {
  Pair& pair = state.pending.pair(number);
  pair.waits = false;
  if (pair.state == PairState::queued || pair.state == PairState::sending) return;
  if (pair.state == PairState::asked) end_asking(state, number);
  move_pair(state, number, PairState::queued);
  if (state.policy.in_order) state.order.push(Ticket{number, pair.use, 0});
  else mark_changed(state, pair.peer);
}

void queue_later(FetchState& state, std::uint32_t number, Instant now) {
  Pair& pair = state.pending.pair(number);
  pair.asked_at = now;
  pair.waits = true;
  state.again.push(Ticket{number, pair.use, now});
}

void end_asking(FetchState& state, std::uint32_t number) {
  Pair& pair = state.pending.pair(number);
  WEIR_ASSERT(pair.state == PairState::asked);
  PendingOp& op = state.pending.op(pair.op);
  WEIR_ASSERT(op.asked_count > 0);
  --op.asked_count;
  pair.hedged = false;
  move_pair(state, number, PairState::parked);
  mark_changed(state, pair.peer);
}

void release_sources(FetchState& state, std::uint32_t number) {
  PendingOp const& op = state.pending.op(number);
  if (op.asked_count > 0 || op.storing) return;
  std::uint32_t source = op.first_source;
  while (source != no_number) {
    Pair& pair = state.pending.pair(source);
    if (pair.state == PairState::parked && !pair.waits) queue_pair(state, source);
    source = pair.next_source;
  }
}

void drop_pair(FetchState& state, std::uint32_t number) {
  Pair const& pair = state.pending.pair(number);
  FetchPeer& peer = state.peers[pair.peer];
  std::uint32_t const op = pair.op;
  if (pair.state == PairState::sending) --state.sending_count;
  if (pair.state == PairState::asked) --state.pending.op(op).asked_count;
  peer.unanswered += pair.asks;
  if (peer.hedge_next == number) peer.hedge_next = pair.after;
  state.pending.unlink(list_of(state, pair), number);
  mark_changed(state, pair.peer);
  state.pending.remove_pair(number);
  if (state.pending.op(op).first_source != no_number) return;
  if (state.pending.op(op).listed) state.to_unlist.push_back(state.pending.op(op).id);
  state.pending.remove_op(op);
}

void drop_op(FetchState& state, std::uint32_t op) {
  std::uint32_t source = state.pending.op(op).first_source;
  while (source != no_number) {
    std::uint32_t const next = state.pending.pair(source).next_source;
    drop_pair(state, source);
    source = next;
  }
}

void withdraw(FetchState& state, std::uint32_t op) {
  std::uint32_t source = state.pending.op(op).first_source;
  while (source != no_number) {
    Pair const& pair = state.pending.pair(source);
    FetchPeer& peer = state.peers[pair.peer];
    if (pair.state == PairState::asked) {
      end_asking(state, source);
      if (peer.speaks_weir && peer.cancelled.size() < cancelled_max) {
        peer.cancelled.push_back(state.pending.op(op).id);
        ++state.counters.cancelled;
      }
    }
    source = pair.next_source;
  }
}

void drop_peer(FetchState& state, PeerNumber number) {
  FetchPeer& peer = peer_of(state, number);
  for (PairList& list : peer.lists) {
    while (list.first != no_number) {
      std::uint32_t const pair = list.first;
      std::uint32_t const op = state.pending.pair(pair).op;
      bool const others = state.pending.pair(pair).next_source != no_number ||
                          state.pending.op(op).first_source != pair;
      drop_pair(state, pair);
      ++state.counters.dropped;
      if (others) release_sources(state, op);
    }
  }
}

void forget_latency(FetchState& state, PeerNumber peer) {
  if (state.quickest != peer) return;
  state.quickest = no_number;
  state.quickest_latency = 0;
}

void forget_peer(FetchState& state, PeerNumber number) {
  FetchPeer& peer = peer_of(state, number);
  drop_peer(state, number);
  forget_latency(state, number);
  set_idle(state, peer, false);
  set_due(state, number, never);
  bool const changed = peer.changed;
  bool const starved = peer.starved;
  std::uint32_t const place = peer.due_place;
  peer = FetchPeer();
  peer.changed = changed;
  peer.starved = starved;
  peer.due_place = place;
}

void back_off(FetchState& state, PeerNumber number, Instant now) {
  FetchPeer& peer = peer_of(state, number);
  FetchPolicy const& policy = state.policy;
  if (now < peer.back_off_until) return;  // the same failure, seen once more
  if (!policy.full_jitter && peer.failures >= policy.back_off_count) {
    peer.failures = 0;
    peer.back_off_until = 0;
    drop_peer(state, number);
    return;
  }
  std::uint32_t const doublings = std::min(peer.failures, doublings_max);
  Duration const bound = std::min(policy.back_off_first << doublings, policy.back_off_max);
  Duration const wait =
      policy.full_jitter ? std::max(back_off_min, state.random.below(bound)) : bound;
  ++peer.failures;
  peer.back_off_until = now + wait;
  peer.probing = true;
  mark_changed(state, number);
}

void note_heard(FetchState& state, PeerNumber number, Instant now) {
  FetchPeer& peer = peer_of(state, number);
  peer.heard_at = now;
  peer.failures = 0;
  peer.back_off_until = 0;
  peer.probing = false;
  mark_changed(state, number);
}

bool set_room(FetchState& state, std::uint64_t bytes) {
  bool const more = bytes > state.room_bytes;
  state.room_bytes = bytes;
  if (!more || state.starved.empty()) return false;
  feed_starved(state);
  return true;
}

void feed_starved(FetchState& state) {
  for (PeerNumber const peer : state.starved) {
    state.peers[peer].starved = false;
    mark_changed(state, peer);
  }
  state.starved.clear();
}

void set_due(FetchState& state, PeerNumber number, Instant due) {
  FetchPeer& peer = peer_of(state, number);
  if (peer.due_place == no_number) {
    if (due == never) return;
    peer.due_place = static_cast<std::uint32_t>(state.due.size());
    state.due.push_back(number);
  }
  peer.due = due;
  rise(state, peer.due_place);
  sink(state, peer.due_place);
}

void set_idle(FetchState& state, FetchPeer& peer, bool idle) {
  if (peer.idle == idle) return;
  peer.idle = idle;
  state.idle_count += idle ? 1 : -1;
  // Those who are slow can be helped from now on.
  if (!idle || state.idle_count > 1 || !state.policy.hedge) return;
  for (PeerNumber number = 0; number < state.peers.size(); ++number) {
    if (state.peers[number].lists[static_cast<std::size_t>(PairState::asked)].size > 0)
      mark_changed(state, number);
  }
}

}  // namespace weir

#include "weir/p2p/receive.h"

#include <algorithm>

#include "weir/p2p/want.h"

namespace weir {

namespace {

// RFC 6298: an eighth of what is new for the mean, a quarter for its deviation.
void note_latency(FetchState& state, PeerNumber number, Duration latency) {
  FetchPeer& peer = state.peers[number];
  latency = std::max<Duration>(latency, 1);
  if (peer.latency == 0) {
    peer.latency = latency;
    peer.deviation = latency / 2;
  } else {
    Duration const off = latency > peer.latency ? latency - peer.latency : peer.latency - latency;
    peer.deviation += off / 4;
    peer.deviation -= peer.deviation / 4;
    peer.latency += latency / 8;
    peer.latency -= peer.latency / 8;
  }
  if (state.quickest == no_number || peer.latency < state.quickest_latency) state.quickest = number;
  if (state.quickest == number) state.quickest_latency = peer.latency;
}

void adapt_window(FetchState const& state, FetchPeer& peer, Duration latency) {
  FetchPolicy const& policy = state.policy;
  if (latency <= policy.latency_target) peer.window = std::min(peer.window + 1, policy.window_max);
  else if (latency > 2 * policy.latency_target) peer.window = std::max(peer.window - 1, 8u);
}

// One answer to one of its requests.
void note_answered(FetchState& state, std::uint32_t number, Instant now) {
  Pair& pair = state.pending.pair(number);
  FetchPeer& peer = state.peers[pair.peer];
  if (pair.asks > 0) --pair.asks;
  if (pair.state != PairState::asked) return;
  Duration const latency = now - std::max(pair.asked_at, std::min(peer.promised_at, now));
  note_latency(state, pair.peer, latency);
  adapt_window(state, peer, latency);
  end_asking(state, number);
}

void count_bytes(FetchState& state, FetchPeer& peer, std::uint32_t size) {
  std::uint64_t const kept = std::min<std::uint64_t>(peer.kept_bytes, size);
  peer.kept_bytes -= kept;
  state.promised_bytes -= kept;
  peer.received_bytes += size;
  peer.op_bytes =
      peer.op_bytes == 0 ? std::max(1u, size) : peer.op_bytes - peer.op_bytes / 8 + size / 8;
  peer.op_bytes = std::max(1u, peer.op_bytes);
  ++state.counters.ops_received;
  state.counters.bytes_received += size;
}

// It was not asked of that peer, or is not needed any more.
Verdict judge_unasked(FetchState& state, PeerNumber number, std::uint32_t size) {
  FetchPeer& peer = state.peers[number];
  if (peer.unanswered > 0) {  // it was, and has come from somebody else
    --peer.unanswered;
    ++state.counters.ops_duplicate;
    state.counters.bytes_duplicate += size;
    return Verdict::duplicate;
  }
  ++state.counters.ops_unsolicited;
  blame(state, number);
  return Verdict::unsolicited;
}

void free_room(FetchState& state, std::uint32_t size) {
  state.storing_bytes -= std::min<std::uint64_t>(state.storing_bytes, size);
  feed_starved(state);
}

}  // namespace

void note_answer(FetchState& state, PeerNumber number, std::uint32_t version, Instant now) {
  FetchPeer& peer = peer_of(state, number);
  peer.speaks_weir = peer.speaks_weir || version > 0;
  if (!state.policy.in_order) note_heard(state, number, now);
}

Bytes metadata_for(FetchState const& state, PeerNumber peer, OpId const& id) {
  if (!state.pending.has_metadata()) return {};
  std::uint32_t const op = state.pending.find(id);
  if (op == no_number) return {};
  std::uint32_t const pair = state.pending.find_pair(op, peer);
  return pair == no_number ? Bytes() : state.pending.metadata_of(pair);
}

Verdict judge(FetchState& state, PeerNumber number, OpField const& field, Instant now) {
  FetchPeer& peer = peer_of(state, number);
  count_bytes(state, peer, field.data.size());
  std::uint32_t const op = state.pending.find(field.id);
  std::uint32_t const pair = op == no_number ? no_number : state.pending.find_pair(op, number);
  if (state.policy.solicited_only && pair == no_number)
    return judge_unasked(state, number, field.data.size());
  if (pair != no_number) note_answered(state, pair, now);
  if (state.policy.solicited_only && state.pending.op(op).storing) {
    ++state.counters.ops_duplicate;
    state.counters.bytes_duplicate += field.data.size();
    return Verdict::duplicate;
  }
  if (state.policy.verify && !state.verify(field.id, field.data)) {
    ++state.counters.ops_damaged;
    bool const others = pair != no_number && state.pending.op(op).first_source != pair;
    bool const more = pair != no_number && state.pending.pair(pair).next_source != no_number;
    if (pair != no_number && (others || more)) {
      drop_pair(state, pair);  // that peer has not got it
      release_sources(state, op);
    } else if (pair != no_number) {
      queue_later(state, pair, now);
    }
    blame(state, number);
    return Verdict::damaged;
  }
  state.storing_bytes += field.data.size();
  if (!state.policy.in_order && op != no_number) {
    state.pending.op(op).storing = true;
    withdraw(state, op);
  }
  return Verdict::accepted;
}

void note_absent(FetchState& state, PeerNumber number, OpId const& id, Instant now) {
  std::uint32_t const op = state.pending.find(id);
  if (op == no_number) return;
  std::uint32_t const pair = state.pending.find_pair(op, number);
  if (pair == no_number || state.pending.pair(pair).state != PairState::asked) return;
  if (state.policy.in_order) return;  // it is queued again by itself
  ++state.counters.absent;
  note_answered(state, pair, now);
  queue_later(state, pair, now);
  release_sources(state, op);
}

void note_stored(FetchState& state, OpId const& id, std::uint32_t size) {
  free_room(state, size);
  ++state.counters.ops_stored;
  std::uint32_t const op = state.pending.find(id);
  if (op == no_number) return;
  state.pending.op(op).listed = false;  // the store has taken it off
  drop_op(state, op);
}

void note_not_stored(FetchState& state, OpId const& id, std::uint32_t size, NotStored why,
                     Instant now) {
  free_room(state, size);
  ++state.counters.store_failures;
  if (state.policy.in_order) return;  // it is queued again by itself
  std::uint32_t const op = state.pending.find(id);
  if (op == no_number) return;
  state.pending.op(op).storing = false;
  if (why == NotStored::failed && state.store_retry_at <= now)
    state.store_retry_at = now + std::max<Duration>(state.policy.store_retry_time, 1);
  if (why == NotStored::refused) {
    std::uint32_t source = state.pending.op(op).first_source;
    for (; source != no_number; source = state.pending.pair(source).next_source) {
      if (state.pending.pair(source).state == PairState::parked) queue_later(state, source, now);
    }
  }
  release_sources(state, op);
}

void blame(FetchState& state, PeerNumber number) {
  FetchPeer& peer = peer_of(state, number);
  if (!state.policy.solicited_only || ++peer.blame < state.policy.blame_max || peer.banned) return;
  peer.banned = true;
  drop_peer(state, number);
  set_idle(state, peer, false);
  set_due(state, number, never);
}

}  // namespace weir

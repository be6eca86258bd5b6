#include "weir/p2p/want.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

namespace {

// What is taken for the size of an op of a peer that has sent none.
constexpr std::uint32_t op_bytes_guess = 1024;
// A peer is promised at least so much at a time, where there is room at all.
constexpr std::uint64_t promise_min_bytes = 64u << 10;
// When an idle peer could not be asked, too, that is looked at again.
constexpr Duration hedge_again_time = 5 * milliseconds;

PairList& list_of(FetchPeer& peer, PairState state) {
  return peer.lists[static_cast<std::size_t>(state)];
}

// What it may still send.
std::uint64_t open_promise(FetchPeer const& peer) {
  return peer.promised_bytes > peer.received_bytes ? peer.promised_bytes - peer.received_bytes : 0;
}

std::uint32_t guessed_op_bytes(FetchPeer const& peer) {
  return peer.op_bytes == 0 ? op_bytes_guess : peer.op_bytes;
}

// After so long one of that latency may be asked, too: it would have sent the op twice by then.
Duration patience_with(FetchState const& state, Duration latency) {
  return std::max(2 * latency, state.policy.hedge_time_min);
}

bool later(Deadline const& a, Deadline const& b) { return a.at > b.at; }

void add_deadline(FetchState& state, std::uint32_t number, Instant deadline) {
  PendingOp& op = state.pending.op(number);
  if (deadline == never || op.deadline <= deadline) return;
  op.deadline = deadline;
  state.deadlines.push_back({deadline, number, op.use});
  std::push_heap(state.deadlines.begin(), state.deadlines.end(), later);
}

// Those of ops that have come are dropped when most are.
void tidy_deadlines(FetchState& state) {
  if (state.deadlines.size() < 64 || state.deadlines.size() / 2 < state.pending.op_count()) return;
  std::erase_if(state.deadlines, [&](Deadline const& deadline) {
    PendingOp const& op = state.pending.op(deadline.op);
    return op.use != deadline.use || op.deadline != deadline.at;
  });
  std::make_heap(state.deadlines.begin(), state.deadlines.end(), later);
}

void note_deadlines(FetchState& state, Instant now) {
  while (!state.deadlines.empty() && state.deadlines.front().at <= now) {
    Deadline const due = state.deadlines.front();
    std::pop_heap(state.deadlines.begin(), state.deadlines.end(), later);
    state.deadlines.pop_back();
    if (state.pending.op(due.op).use != due.use || state.pending.op(due.op).deadline != due.at)
      continue;
    cancel(state, OpId(state.pending.op(due.op).id));
    ++state.counters.dropped;
  }
}

// ---- what comes back to the queue after a time

bool find_next_again(FetchState& state) {
  if (state.next_again.pair != no_number) return true;
  if (state.again.empty()) return false;
  state.next_again = state.again.pop();
  return true;
}

// Whether it is still about that pair, and nothing has happened to that since.
bool is_current(FetchState const& state, Ticket const& ticket) {
  Pair const& pair = state.pending.pair(ticket.pair);
  return pair.use == ticket.use && pair.waits && pair.asked_at == ticket.at;
}

void note_again(FetchState& state, Instant now) {
  while (find_next_again(state) && state.next_again.at + state.policy.reinsert_time <= now) {
    Ticket const due = std::exchange(state.next_again, Ticket{});
    if (!is_current(state, due)) continue;
    // Somebody else is asked for it, or has sent it: it waits for how that goes.
    Pair& pair = state.pending.pair(due.pair);
    PendingOp const& op = state.pending.op(pair.op);
    if (!state.policy.in_order && (op.asked_count > 0 || op.storing)) pair.waits = false;
    else queue_pair(state, due.pair);
  }
}

// ---- in order

void ask(FetchState& state, std::uint32_t number, Instant now, Requests& requests) {
  Pair& pair = state.pending.pair(number);
  PendingOp& op = state.pending.op(pair.op);
  move_pair(state, number, PairState::asked);
  pair.asked_at = now;
  if (pair.asks < std::numeric_limits<std::uint8_t>::max()) ++pair.asks;
  ++op.asked_count;
  ++state.counters.ids_asked;
  requests.ids.push_back(op.id);
}

// A request by itself. It stays wanted: what is not answered is queued again.
void send_in_order(FetchState& state, std::uint32_t number, Instant now, Requests& requests) {
  Pair const& pair = state.pending.pair(number);
  requests.planned.push_back({.peer = pair.peer,
                              .first_id = static_cast<std::uint32_t>(requests.ids.size()),
                              .id_count = 1});
  ask(state, number, now, requests);
  queue_later(state, number, now);
  ++state.counters.requests;
}

// What waited for a connection that is there now.
void send_waiting(FetchState& state, Instant now, Requests& requests) {
  for (PeerNumber const number : state.changed) {
    FetchPeer& peer = state.peers[number];
    peer.changed = false;
    PairList const& sending = list_of(peer, PairState::sending);
    while (peer.link == LinkState::up && sending.size > 0) {
      --state.sending_count;
      send_in_order(state, sending.first, now, requests);
    }
  }
  state.changed.clear();
}

// The next one in the queue that is still to be asked; no_number at its end.
std::uint32_t take_ticket(FetchState& state) {
  while (!state.order.empty()) {
    Ticket const ticket = state.order.pop();
    Pair const& pair = state.pending.pair(ticket.pair);
    // It has come in the meantime, or its peer was dropped.
    if (pair.use != ticket.use || pair.state != PairState::queued) continue;
    return ticket.pair;
  }
  return no_number;
}

void take_in_order(FetchState& state, Instant now, Requests& requests) {
  send_waiting(state, now, requests);
  while (state.sending_count < state.policy.parallel_requests_max) {
    std::uint32_t const number = take_ticket(state);
    if (number == no_number) return;
    PeerNumber const whom = state.pending.pair(number).peer;
    FetchPeer& peer = state.peers[whom];
    if (now < peer.back_off_until) {
      move_pair(state, number, PairState::parked);
      queue_later(state, number, now);
    } else if (peer.link == LinkState::up) {
      send_in_order(state, number, now, requests);
    } else {
      move_pair(state, number, PairState::sending);
      ++state.sending_count;
      if (peer.link == LinkState::down) requests.connect.push_back(whom);
      peer.link = LinkState::connecting;
    }
  }
}

// ---- by peer

// How many ids it may have been asked for at once.
std::uint32_t window_of(FetchState const& state, FetchPeer const& peer) {
  if (peer.probing) return 1;
  std::uint32_t const by_bytes =
      std::max(2u, state.policy.window_bytes_max / std::max(1u, guessed_op_bytes(peer)));
  return std::min(peer.window, by_bytes);
}

// Asks for as many of the peer's queue as it has room for. What somebody else is asked for, or has
// sent, is parked until that has failed.
void ask_peer(FetchState& state, FetchPeer& peer, std::uint32_t room, Instant now,
              Requests& requests) {
  PairList const& queued = list_of(peer, PairState::queued);
  std::uint32_t asked = 0;
  while (asked < room && queued.size > 0) {  // ends: each turn takes one off the queue
    std::uint32_t const number = queued.first;
    Pair const& pair = state.pending.pair(number);
    PendingOp const& op = state.pending.op(pair.op);
    if (op.storing || op.asked_count > (pair.hedged ? 1u : 0u)) {
      move_pair(state, number, PairState::parked);
      state.pending.pair(number).hedged = false;
      continue;
    }
    ask(state, number, now, requests);
    ++asked;
  }
}

std::uint64_t free_room(FetchState const& state) {
  std::uint64_t const taken = state.promised_bytes + state.storing_bytes;
  return state.room_bytes > taken ? state.room_bytes - taken : 0;
}

// It is looked at again when the store has room.
void starve(FetchState& state, PeerNumber number) {
  FetchPeer& peer = state.peers[number];
  if (std::exchange(peer.starved, true)) return;
  state.starved.push_back(number);
}

// Room is kept for what a peer may still send as long as it is asked for something. What it was
// promised besides stays promised: it is kept again before it is asked again.
void keep_room(FetchState& state, FetchPeer& peer) {
  std::uint64_t const more = std::min(open_promise(peer) - peer.kept_bytes, free_room(state));
  peer.kept_bytes += more;
  state.promised_bytes += more;
}

// So many ids may be asked of it besides: what it sends must have room. One that understands credit
// sends no more than it has been promised, whatever it is asked for; if there is room for that.
std::uint32_t askable(FetchState& state, FetchPeer& peer) {
  constexpr std::uint32_t any = ~std::uint32_t{0};
  if (state.policy.room_bytes == 0) return any;
  keep_room(state, peer);
  std::uint64_t const room = peer.kept_bytes + free_room(state);
  if (room == 0) return 0;
  if (peer.speaks_weir && peer.kept_bytes == open_promise(peer)) return any;
  std::uint64_t const count = std::max<std::uint64_t>(1, room / guessed_op_bytes(peer));
  std::uint64_t const asked = list_of(peer, PairState::asked).size;
  return count > asked ? static_cast<std::uint32_t>(std::min<std::uint64_t>(count - asked, any))
                       : 0;
}

// How many bytes it may have sent in all; 0: nothing new is promised.
std::uint64_t promise(FetchState& state, PeerNumber number, Instant now) {
  FetchPolicy const& policy = state.policy;
  FetchPeer& peer = state.peers[number];
  std::uint64_t const asked = list_of(peer, PairState::asked).size;
  if (policy.room_bytes == 0 || asked == 0) return 0;
  std::uint64_t const open = open_promise(peer);
  std::uint64_t const wish = std::max(2 * asked * guessed_op_bytes(peer), promise_min_bytes);
  if (open > wish / 2) return 0;
  std::uint64_t const room = free_room(state);
  // A little at a time would be many messages; but one that has nothing must get something.
  if (room == 0 || (open > 0 && room < promise_min_bytes)) {
    starve(state, number);
    return 0;
  }
  std::uint64_t const more = std::min(wish - open, room);
  if (open == 0) peer.promised_at = now;
  peer.promised_bytes = peer.received_bytes + open + more;
  peer.kept_bytes += more;
  state.promised_bytes += more;
  return peer.promised_bytes;
}

// Cuts what was asked of a peer into messages.
void plan_messages(FetchState& state, PeerNumber number, std::uint32_t first, Instant now,
                   Requests& requests) {
  FetchPeer& peer = state.peers[number];
  auto const ids_end = static_cast<std::uint32_t>(requests.ids.size());
  PlannedRequest next{.peer = number, .first_id = first};
  next.first_cancelled = static_cast<std::uint32_t>(requests.cancelled.size());
  next.cancelled_count = static_cast<std::uint32_t>(peer.cancelled.size());
  requests.cancelled.insert(requests.cancelled.end(), peer.cancelled.begin(), peer.cancelled.end());
  peer.cancelled.clear();
  next.credit = promise(state, number, now);
  do {  // ends: each turn takes ids
    next.id_count = std::min(ids_end - next.first_id, state.policy.ids_per_request_max);
    if (next.id_count + next.cancelled_count == 0 && next.credit == 0) return;
    requests.planned.push_back(next);
    ++state.counters.requests;
    next = {.peer = number, .first_id = next.first_id + next.id_count};
  } while (next.first_id < ids_end);
}

// Since when its answer to the oldest request is awaited; never: it may not send anything.
Instant awaited_since(FetchState const& state, FetchPeer const& peer) {
  PairList const& asked = peer.lists[static_cast<std::size_t>(PairState::asked)];
  if (asked.size == 0) return never;
  if (state.policy.room_bytes > 0 && peer.speaks_weir && open_promise(peer) == 0) return never;
  return std::max(state.pending.pair(asked.first).asked_at, peer.promised_at);
}

// When it has to be looked at even if nothing comes.
Instant due_of(FetchState const& state, FetchPeer const& peer, Instant now) {
  Instant due = never;
  if (now < peer.back_off_until && peer.lists[static_cast<std::size_t>(PairState::queued)].size > 0)
    due = peer.back_off_until;
  Instant const since = awaited_since(state, peer);
  if (since == never) return due;
  due = std::min(due, since + timeout_of(state, peer));
  if (state.policy.hedge && state.idle_count > 0 && peer.hedge_next != no_number) {
    Instant const at =
        state.pending.pair(peer.hedge_next).asked_at + patience_with(state, state.quickest_latency);
    due = std::min(due, std::max(at, now + hedge_again_time));
  }
  return due;
}

// Nothing is asked of it: what it may send has no use for the room.
void give_up_room(FetchState& state, FetchPeer& peer) {
  state.promised_bytes -= std::exchange(peer.kept_bytes, 0);
  feed_starved(state);
}

// What one peer needs now: a connection, requests, or to be looked at later.
void settle_peer(FetchState& state, PeerNumber number, Instant now, Requests& requests) {
  FetchPeer& peer = state.peers[number];
  if (peer.banned) return;
  bool const wanted = list_of(peer, PairState::queued).size > 0;
  bool const may_ask = now >= peer.back_off_until && now >= state.store_retry_at;
  if (wanted && may_ask && peer.link == LinkState::down) {
    peer.link = LinkState::connecting;
    requests.connect.push_back(number);
  }
  if (may_ask && peer.link == LinkState::up) {
    auto const first = static_cast<std::uint32_t>(requests.ids.size());
    std::uint32_t const window = window_of(state, peer);
    std::uint32_t const asked = list_of(peer, PairState::asked).size;
    if (wanted && asked < window) {
      std::uint32_t const room = askable(state, peer);
      if (room > 0) ask_peer(state, peer, std::min(room, window - asked), now, requests);
      else starve(state, number);
    }
    set_idle(state, peer, !peer.probing && list_of(peer, PairState::asked).size < window);
    plan_messages(state, number, first, now, requests);
  } else {
    set_idle(state, peer, false);
  }
  if (peer.kept_bytes > 0 && list_of(peer, PairState::asked).size == 0) give_up_room(state, peer);
  set_due(state, number, due_of(state, peer, now));
}

// ---- time-outs

Duration usual_latency(FetchState const& state, FetchPeer const& peer) {
  return peer.latency == 0 ? state.policy.timeout_first : peer.latency;
}

// Of those that are connected and not asked for the op, the one that answers soonest.
std::uint32_t find_helper(FetchState const& state, std::uint32_t op) {
  std::uint32_t helper = no_number;
  Duration least = never;
  std::uint32_t source = state.pending.op(op).first_source;
  for (; source != no_number; source = state.pending.pair(source).next_source) {
    Pair const& pair = state.pending.pair(source);
    FetchPeer const& peer = state.peers[pair.peer];
    bool const can_help = pair.state == PairState::parked && !pair.waits &&
                          peer.link == LinkState::up && !peer.probing;
    if (!can_help || usual_latency(state, peer) >= least) continue;
    least = usual_latency(state, peer);
    helper = source;
  }
  return helper;
}

// Asks idle peers, too, for what this one has had for long, while the budget lasts. Whoever would
// be the quickest and is busy is waited for.
void hedge(FetchState& state, FetchPeer& peer, Instant now) {
  FetchPolicy const& policy = state.policy;
  std::uint64_t const size = guessed_op_bytes(peer);
  while (peer.hedge_next != no_number) {  // ends: each turn goes one further
    Pair const& late = state.pending.pair(peer.hedge_next);
    if (late.asked_at + patience_with(state, state.quickest_latency) > now) return;
    std::uint64_t const budget =
        state.counters.bytes_received * policy.hedge_per_mille / 1000 + policy.hedge_ops_min * size;
    if (state.hedged_bytes + size > budget) return;
    bool const is_asked_twice = state.pending.op(late.op).asked_count > 1;
    std::uint32_t const number = is_asked_twice ? no_number : find_helper(state, late.op);
    if (number != no_number) {
      FetchPeer const& helper = state.peers[state.pending.pair(number).peer];
      Duration const patience = patience_with(state, usual_latency(state, helper));
      if (!helper.idle || late.asked_at + patience > now) return;
      queue_pair(state, number);
      state.pending.pair(number).hedged = true;
      state.hedged_bytes += size;
      ++state.counters.hedged;
    }
    peer.hedge_next = late.after;
  }
}

// It may come from somebody else, too, from now on: whoever was asked is looked at once more.
void hedge_again(FetchState& state, PendingOp const& op) {
  std::uint32_t source = op.first_source;
  for (; source != no_number; source = state.pending.pair(source).next_source) {
    Pair const& pair = state.pending.pair(source);
    if (pair.state != PairState::asked) continue;
    state.peers[pair.peer].hedge_next = list_of(state.peers[pair.peer], PairState::asked).first;
    mark_changed(state, pair.peer);
  }
}

// What was asked of it too long ago is asked of others. One from which nothing at all has come
// since is unresponsive: everything is taken from it, and comes back to its queue.
void expire(FetchState& state, PeerNumber number, Instant now) {
  FetchPeer& peer = state.peers[number];
  PairList const& asked = list_of(peer, PairState::asked);
  Duration const patience = timeout_of(state, peer);
  bool silent = false;
  while (asked.size > 0) {
    std::uint32_t const oldest = asked.first;
    Pair const& pair = state.pending.pair(oldest);
    Instant const since = awaited_since(state, peer);
    if (!silent && (since == never || since + patience > now)) break;
    silent = silent || peer.heard_at <= since;
    ++state.counters.timeouts;
    std::uint32_t const op = pair.op;
    end_asking(state, oldest);
    if (silent) queue_pair(state, oldest);
    else queue_later(state, oldest, now);
    release_sources(state, op);
  }
  if (silent) back_off(state, number, now);
}

// A connection has ended, or there never was one: what was asked is asked again, of whomever.
void lose(FetchState& state, PeerNumber number, Instant now) {
  FetchPeer& peer = state.peers[number];
  PairList const& asked = list_of(peer, PairState::asked);
  PairList const& sending = list_of(peer, PairState::sending);
  while (sending.size > 0) {
    std::uint32_t const pair = sending.first;
    --state.sending_count;
    move_pair(state, pair, PairState::parked);
    queue_later(state, pair, now);
  }
  while (!state.policy.in_order && asked.size > 0) {
    std::uint32_t const pair = asked.first;
    std::uint32_t const op = state.pending.pair(pair).op;
    end_asking(state, pair);
    queue_pair(state, pair);
    release_sources(state, op);
  }
  forget_latency(state, number);
  state.promised_bytes -= std::exchange(peer.kept_bytes, 0);
  peer.promised_bytes = peer.received_bytes = 0;
  peer.cancelled.clear();
  peer.unanswered = 0;
}

}  // namespace

void Requests::clear() {
  planned.clear();
  ids.clear();
  cancelled.clear();
  connect.clear();
}

bool want(FetchState& state, WantedOp const& wanted, PeerNumber number) {
  FetchPeer const& peer = peer_of(state, number);
  if (peer.banned || state.pending.pair_count() >= state.policy.pairs_max) return false;
  std::uint32_t const op = state.pending.find_or_add(wanted.id);
  std::uint32_t pair = state.pending.find_pair(op, number);
  if (pair == no_number) {
    PendingOp const& added = state.pending.op(op);
    if (state.keeps_list && added.first_source == no_number)
      state.to_list.push(OpTicket{op, added.use});
    pair = state.pending.add_pair(op, number);
    state.pending.push_back(list_of(state.peers[number], PairState::parked), pair);
    ++state.counters.ids_added;
    if (added.asked_count > 0 && state.policy.hedge) hedge_again(state, added);
  }
  state.pending.note_metadata(pair, wanted.metadata);
  add_deadline(state, op, wanted.deadline);
  bool const asked = state.pending.pair(pair).state == PairState::asked;
  if (asked && state.policy.in_order) {  // once more, behind all others
    end_asking(state, pair);
    queue_pair(state, pair);
  } else if (!asked) {
    queue_pair(state, pair);
  }
  return true;
}

bool cancel(FetchState& state, OpId const& id) {
  std::uint32_t const op = state.pending.find(id);
  if (op == no_number) return false;
  withdraw(state, op);
  drop_op(state, op);
  tidy_deadlines(state);
  return true;
}

void move_peer(FetchState& state, PeerNumber from, PeerNumber to) {
  peer_of(state, from);
  for (std::size_t i = 0; i < pair_state_count; ++i) {
    while (state.peers[from].lists[i].first != no_number) {  // ends: each turn drops one
      std::uint32_t const pair = state.peers[from].lists[i].first;
      // Before it is dropped, so that the op is wanted of somebody all the time.
      WantedOp wanted{.id = state.pending.op(state.pending.pair(pair).op).id};
      wanted.metadata = state.pending.metadata_of(pair);
      want(state, wanted, to);
      drop_pair(state, pair);
    }
  }
  forget_peer(state, from);
}

void note_link(FetchState& state, PeerNumber number, LinkChange change, Instant now) {
  FetchPeer& peer = peer_of(state, number);
  mark_changed(state, number);
  if (change == LinkChange::opened) {
    peer.link = LinkState::up;
    peer.opened_at = now;
    // A connection is all the answer that one in order has.
    if (state.policy.in_order) note_heard(state, number, now);
    return;
  }
  bool const in_vain = list_of(peer, PairState::asked).size > 0 && peer.heard_at < peer.opened_at;
  peer.link = LinkState::down;
  lose(state, number, now);
  if (change == LinkChange::failed || (in_vain && !state.policy.in_order))
    back_off(state, number, now);
}

void note_due(FetchState& state, Instant now) {
  note_deadlines(state, now);
  note_again(state, now);
  while (!state.due.empty() && state.peers[state.due.front()].due <= now) {
    PeerNumber const number = state.due.front();
    FetchPeer& peer = state.peers[number];
    expire(state, number, now);
    if (state.idle_count > 0 && state.policy.hedge) hedge(state, peer, now);
    set_due(state, number, never);  // settle_peer says when again
    mark_changed(state, number);
  }
  if (state.store_retry_at != 0 && state.store_retry_at <= now) {
    state.store_retry_at = 0;
    for (PeerNumber number = 0; number < state.peers.size(); ++number) mark_changed(state, number);
  }
}

Instant next_due(FetchState& state) {
  Instant due = state.deadlines.empty() ? never : state.deadlines.front().at;
  if (find_next_again(state)) due = std::min(due, state.next_again.at + state.policy.reinsert_time);
  if (!state.due.empty()) due = std::min(due, state.peers[state.due.front()].due);
  if (state.store_retry_at != 0) due = std::min(due, state.store_retry_at);
  return due;
}

void take_requests(FetchState& state, Instant now, Requests& requests) {
  requests.clear();
  if (state.policy.in_order) {
    take_in_order(state, now, requests);
    return;
  }
  for (std::size_t i = 0; i < state.changed.size(); ++i) {  // settling one may change others
    PeerNumber const number = state.changed[i];
    state.peers[number].changed = false;
    settle_peer(state, number, now, requests);
  }
  state.changed.clear();
}

Duration timeout_of(FetchState const& state, FetchPeer const& peer) {
  FetchPolicy const& policy = state.policy;
  if (peer.latency == 0) return policy.timeout_first;
  return std::clamp(peer.latency + 4 * peer.deviation, policy.timeout_min, policy.timeout_max);
}

}  // namespace weir

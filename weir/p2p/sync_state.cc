#include "weir/p2p/sync_state.h"

#include <algorithm>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

namespace {

SyncPeer& peer_of(SyncState& state, PeerNumber number) {
  if (number >= state.peers.size()) state.peers.resize(std::size_t{number} + 1);
  return state.peers[number];
}

// Half of it to one and a half.
Duration drawn(SyncState& state, Duration pause) {
  return pause / 2 + state.random.below(pause + 1);
}

// When its peer has to be looked at, though nothing comes.
void settle(SyncState& state, PeerNumber number) {
  SyncPeer& peer = state.peers[number];
  Instant due = peer.publish_due;
  if (peer.session) due = std::min(due, peer.session->deadline);
  else if (state.loaded && !peer.in_line) due = std::min(due, peer.session_due);
  if (!peer.connected()) due = never;
  if (due == peer.due) return;
  if (peer.due != never) state.due.erase({peer.due, number});
  if (due != never) state.due.insert({due, number});
  peer.due = due;
}

void send(SyncState& state, SyncPeer const& peer, Bytes data) {
  ++state.counters.messages_sent;
  state.counters.bytes_sent += data.size();
  state.actions.messages.push_back({peer.connection, std::move(data)});
}

void need(SyncState& state, PeerNumber number, std::vector<OpId> ids) {
  if (!ids.empty()) state.actions.needed.push_back({number, std::move(ids)});
}

// The next session with it is not the one in a minute.
void hurry(SyncState& state, PeerNumber number, Instant now) {
  SyncPeer& peer = state.peers[number];
  peer.left_out = true;
  if (peer.session || peer.in_line) return;  // it is looked at when that has ended
  peer.session_due = std::min(peer.session_due, now + drawn(state, state.policy.retry_time));
  settle(state, number);
}

// ---- sessions

void drop_session(SyncState& state, PeerNumber number) {
  SyncPeer& peer = state.peers[number];
  SyncSession const& session = *peer.session;
  --(session.ours ? state.ours_count : state.theirs_count);
  if (!session.ours) peer.ended_theirs = session.number;
  if (session.waits_for_room) std::erase(state.waiting, number);
  peer.session = Owner<SyncSession>();
}

// … and when there is another one.
void end_session(SyncState& state, PeerNumber number, Instant now) {
  drop_session(state, number);
  SyncPeer& peer = state.peers[number];
  SyncPolicy const& policy = state.policy;
  peer.session_due = now + drawn(state, peer.left_out ? policy.retry_time : policy.session_period);
  settle(state, number);
}

void cut_session(SyncState& state, PeerNumber number, SessionEnd reason, Instant now) {
  SyncPeer& peer = state.peers[number];
  send(state, peer, end_message(peer.session->number, reason));
  ++state.counters.sessions_cut;
  peer.left_out = peer.left_out || reason == SessionEnd::enough;
  end_session(state, number, now);
}

void refuse(SyncState& state, PeerNumber number, std::string reason) {
  ++state.counters.refused;
  state.actions.refusals.push_back({number, std::move(reason)});
}

void say(SyncState& state, PeerNumber number, std::string_view answer, Instant now) {
  SyncPeer& peer = state.peers[number];
  SyncSession& session = *peer.session;
  SyncKind const kind = session.ours ? SyncKind::initiator : SyncKind::responder;
  send(state, peer, session_message(kind, session.number, answer));
  if (session.talk.done()) {
    ++state.counters.sessions_done;
    return end_session(state, number, now);
  }
  session.deadline = now + state.policy.session_timeout;
  settle(state, number);
}

// So many ops may be wanted of one peer because of what it says.
std::uint64_t pending_max(SyncState const& state) {
  std::uint64_t const part =
      state.policy.pending_max / 2 / std::max<std::uint64_t>(state.connected.size(), 1);
  return std::min<std::uint64_t>(state.policy.pending_per_peer_max, part);
}
std::uint64_t pending_of(SyncState const& state, PeerNumber number) {
  return state.outside.pending_of(state.outside.context, number);
}

// A message of the session that there is.
void hear(SyncState& state, PeerNumber number, View message, Instant now) {
  SyncPeer& peer = state.peers[number];
  SyncSession& session = *peer.session;
  if (session.waits_for_room)
    return refuse(state, number, "it goes on with reconciliation before it is answered");
  std::vector<TimedId> needed;
  Result<std::string> answer = session.talk.receive(message.span(), needed);
  if (!answer.ok()) return refuse(state, number, answer.error().message);
  std::vector<OpId> ids;
  for (TimedId const& op : needed) ids.push_back(op.id);
  state.counters.needed += ids.size();
  bool const fits = pending_of(state, number) + ids.size() <= pending_max(state);
  need(state, number, std::move(ids));
  if (answer->empty()) {
    ++state.counters.sessions_done;
    return end_session(state, number, now);
  }
  if (session.talk.done() ||
      (fits && session.talk.counters().needed < state.policy.session_needed_max))
    return say(state, number, *answer, now);
  if (fits) return cut_session(state, number, SessionEnd::enough, now);
  session.waits_for_room = true;
  session.answer = std::move(*answer);
  session.deadline = now + state.policy.session_timeout / 2;
  state.waiting.push_back(number);
  settle(state, number);
}

void begin_session(SyncState& state, PeerNumber number, Instant now) {
  SyncPeer& peer = state.peers[number];
  WEIR_ASSERT(state.loaded && peer.connected() && !peer.session);
  if (pending_of(state, number) > pending_max(state) / 2) {
    peer.session_due = now + drawn(state, state.policy.retry_time);
    return settle(state, number);
  }
  peer.left_out = false;
  peer.session_due = never;
  peer.session =
      make_owner<SyncSession>(state.held, state.policy.reconcile, ++state.session_number, true);
  ++state.ours_count;
  ++state.counters.sessions_begun;
  std::string const first = peer.session->talk.initiate(state.random.next());
  say(state, number, first, now);
}

// It begins a session. A message of one that has ended here is none.
void note_begun(SyncState& state, PeerNumber number, SyncMessage const& message, Instant now) {
  SyncPeer& peer = state.peers[number];
  if (message.session == peer.ended_theirs && peer.theirs_begun != 0) return;
  if (peer.session && peer.session->ours && peer.dialled) return;  // it will give way
  Duration const pause_min = state.policy.retry_time / 4;
  bool const hurried = peer.theirs_begun != 0 && now - peer.theirs_begun < pause_min;
  std::uint32_t const others = state.theirs_count - (peer.session && !peer.session->ours ? 1 : 0);
  if (!state.loaded || hurried || others >= state.policy.sessions_max) {
    SessionEnd const reason = state.loaded ? SessionEnd::busy : SessionEnd::loading;
    return send(state, peer, end_message(message.session, reason));
  }
  if (peer.session) {
    ++state.counters.sessions_cut;
    drop_session(state, number);
  }
  peer.left_out = peer.in_line = false;
  peer.session_due = never;
  peer.theirs_begun = std::max<Instant>(now, 1);
  peer.session =
      make_owner<SyncSession>(state.held, state.policy.reconcile, message.session, false);
  ++state.theirs_count;
  ++state.counters.sessions_taken;
  hear(state, number, message.reconciliation, now);
}

void note_end(SyncState& state, PeerNumber number, SyncMessage const& message, Instant now) {
  SyncPeer& peer = state.peers[number];
  if (!peer.session || peer.session->number != message.session) return;
  ++state.counters.sessions_cut;
  bool const later = message.reason == SessionEnd::busy || message.reason == SessionEnd::loading;
  peer.left_out = peer.left_out || later;
  end_session(state, number, now);
}

// ---- what peers publish

void learn(SyncState& state, PeerNumber number, PublishedOps ops, Instant now) {
  if (ops.size() == 0) return;
  SyncPeer& peer = state.peers[number];
  if (peer.learnt.ready_at() > now) return note_left_out(state, number, ops.size(), now);
  ByteRate const rate{state.policy.learnt_per_second_max};
  peer.learnt.charge(rate, static_cast<std::uint32_t>(ops.size()), now);
  std::vector<OpId> ids;
  for (TimedId const& op : ops) {
    if (!state.held.contains(op)) ids.push_back(op.id);
  }
  if (ids.empty()) return;
  if (pending_of(state, number) > pending_max(state))
    return note_left_out(state, number, ids.size(), now);
  state.counters.learnt += ids.size();
  need(state, number, std::move(ids));
}

// ---- what is published

void add_to_publish(SyncState& state, PeerNumber number, TimedId const& op) {
  SyncPeer& peer = state.peers[number];
  if (peer.to_publish.size() >= state.policy.publish_ids_max) {
    state.counters.left_out += peer.to_publish.size();
    peer.to_publish.clear();
    peer.left_out = true;
  }
  peer.to_publish.push_back(op);
  if (peer.publishing || peer.publish_due != never) return;
  peer.publishing = true;
  state.publishing.push_back(number);
}

// One message. True: there is more for it.
bool publish(SyncState& state, PeerNumber number, Instant now) {
  SyncPeer& peer = state.peers[number];
  SyncPolicy const& policy = state.policy;
  if (peer.left_out) hurry(state, number, now);
  if (state.outside.unread_bytes(state.outside.context, number) > policy.unread_bytes_max) {
    peer.publish_due = now + policy.unread_look_time;
    settle(state, number);
    return false;
  }
  std::size_t const count =
      std::min<std::size_t>(peer.to_publish.size(), policy.publish_ids_per_message_max);
  if (count == 0) return false;
  send(state, peer, publish_message({peer.to_publish.data(), count}));
  state.counters.published += count;
  peer.to_publish.erase(peer.to_publish.begin(),
                        peer.to_publish.begin() + static_cast<std::ptrdiff_t>(count));
  return !peer.to_publish.empty();
}

void publish_all(SyncState& state, Instant now) {
  std::erase_if(state.publishing, [&](PeerNumber number) {
    SyncPeer& peer = state.peers[number];
    peer.publishing = peer.connected() && publish(state, number, now);
    return !peer.publishing;
  });
}

// ---- time

void look_at(SyncState& state, PeerNumber number, Instant now) {
  SyncPeer& peer = state.peers[number];
  if (peer.publish_due <= now) {
    peer.publish_due = never;
    if (!peer.publishing) state.publishing.push_back(number);
    peer.publishing = true;
  }
  if (peer.session && peer.session->deadline <= now) {
    bool const waits = peer.session->waits_for_room;
    return cut_session(state, number, waits ? SessionEnd::enough : SessionEnd::timed_out, now);
  }
  if (!peer.session && !peer.in_line && peer.session_due <= now) {
    peer.session_due = never;
    peer.in_line = true;
    state.line.push(number);
  }
  settle(state, number);
}

void begin_sessions(SyncState& state, Instant now) {
  while (state.ours_count < state.policy.sessions_max && !state.line.empty()) {
    PeerNumber const number = state.line.pop();
    SyncPeer& peer = state.peers[number];
    bool const waits = std::exchange(peer.in_line, false);  // or it has gone, or has begun one
    if (waits && peer.connected() && !peer.session) begin_session(state, number, now);
  }
}

// Half of what may be wanted of a peer has come: its session goes on.
void answer_waiting(SyncState& state, Instant now) {
  for (std::size_t n = 0; n < state.waiting.size();) {
    PeerNumber const number = state.waiting[n];
    if (pending_of(state, number) > pending_max(state) / 2) {
      ++n;
      continue;
    }
    SyncSession& session = *state.peers[number].session;
    state.waiting.erase(state.waiting.begin() + static_cast<std::ptrdiff_t>(n));
    session.waits_for_room = false;
    std::string const answer = std::move(session.answer);
    session.answer = std::string();
    if (session.talk.counters().needed >= state.policy.session_needed_max)
      cut_session(state, number, SessionEnd::enough, now);
    else say(state, number, answer, now);
  }
}

}  // namespace

void SyncActions::clear() {
  messages.clear();
  needed.clear();
  cancelled.clear();
  refusals.clear();
}

SyncState::SyncState(SyncPolicy const& its_policy, std::uint64_t seed)
    : policy(its_policy), random(seed), wanted(0, OpIdHash{random.next()}) {
  WEIR_ASSERT(consistent(policy));
  session_number = random.next() >> 32;  // so that a node that starts again uses others
}

// ---- what is held

void note_held(SyncState& state, TimedId const& op) {
  WEIR_ASSERT(!state.loaded);
  state.held.insert(op);
}

void begin(SyncState& state, Instant now) {
  if (state.loaded) return;
  state.loaded = true;
  for (TimedId const& op : std::exchange(state.discarded, {})) state.held.erase(op);
  for (PeerNumber const number : state.connected) {
    SyncPeer& peer = state.peers[number];
    if (peer.dialled) peer.session_due = std::min(peer.session_due, now);
    settle(state, number);
  }
}

void note_stored(SyncState& state, TimedId const& op, Slice<PeerNumber const> known_by) {
  if (!state.loaded) std::erase(state.discarded, op);
  if (!state.held.insert(op)) return;
  if (!state.wanted.empty()) state.wanted.erase(op.id);
  for (PeerNumber const number : state.connected) {
    if (std::ranges::find(known_by, number) == known_by.end()) add_to_publish(state, number, op);
  }
}

void note_discarded(SyncState& state, TimedId const& op) {
  state.held.erase(op);
  if (!state.loaded) state.discarded.push_back(op);  // it may be listed all the same
}

// ---- what is wanted of anybody

std::size_t want_of_all(SyncState& state, Slice<OpId const> ids) {
  std::vector<OpId> added;
  std::size_t taken = 0;
  for (OpId const& id : ids) {
    if (!state.wanted.contains(id)) {
      if (state.wanted.size() >= state.policy.wanted_max) break;
      state.wanted.insert(id);
      added.push_back(id);
    }
    ++taken;
  }
  for (PeerNumber const number : state.connected) need(state, number, added);
  return taken;
}

void unwant(SyncState& state, OpId const& id) {
  state.wanted.erase(id);
  state.actions.cancelled.push_back(id);
}

// ---- peers

void note_opened(SyncState& state, PeerNumber number, ConnectionId connection, bool dialled,
                 Instant now) {
  SyncPeer& peer = peer_of(state, number);
  if (peer.connection == connection) return;
  if (peer.connected()) note_closed(state, number);
  peer.connection = connection;
  peer.dialled = dialled;
  peer.session_due = dialled ? now : now + drawn(state, state.policy.session_period);
  state.connected.push_back(number);
  need(state, number, {state.wanted.begin(), state.wanted.end()});
  settle(state, number);
}

void note_closed(SyncState& state, PeerNumber number) {
  SyncPeer& peer = peer_of(state, number);
  if (!peer.connected()) return;
  if (peer.session) {
    ++state.counters.sessions_lost;
    drop_session(state, number);
  }
  peer.connection = ConnectionId();
  settle(state, number);
  if (peer.publishing) std::erase(state.publishing, number);
  std::erase(state.connected, number);
  peer = SyncPeer();
}

void note_message(SyncState& state, PeerNumber number, SyncMessage const& message, Instant now) {
  SyncPeer& peer = peer_of(state, number);
  if (!peer.connected()) return;
  switch (message.kind) {
    case SyncKind::unknown:
      return;
    case SyncKind::publish:
      return learn(state, number, message.ops, now);
    case SyncKind::initiator:
      if (peer.session && !peer.session->ours && peer.session->number == message.session)
        return hear(state, number, message.reconciliation, now);
      return note_begun(state, number, message, now);
    case SyncKind::responder:
      if (peer.session && peer.session->ours && peer.session->number == message.session)
        return hear(state, number, message.reconciliation, now);
      return;  // of a session that has ended here
    case SyncKind::end:
      return note_end(state, number, message, now);
  }
}

void reconcile_soon(SyncState& state, PeerNumber number, Instant now) {
  SyncPeer& peer = peer_of(state, number);
  if (!peer.connected()) return;  // then it begins by itself
  if (peer.session) peer.left_out = true;
  else if (!peer.in_line) peer.session_due = now;
  settle(state, number);
}

void note_left_out(SyncState& state, PeerNumber number, std::size_t count, Instant now) {
  state.counters.left_out += count;
  if (peer_of(state, number).connected()) hurry(state, number, now);
}

void act(SyncState& state, Instant now) {
  while (!state.due.empty() && state.due.begin()->first <= now)  // ends: what is due is set anew
    look_at(state, state.due.begin()->second, now);
  answer_waiting(state, now);
  begin_sessions(state, now);
  publish_all(state, now);
}

Instant next_due(SyncState const& state) {
  return state.due.empty() ? never : state.due.begin()->first;
}

bool is_busy(SyncState const& state) {
  return !state.publishing.empty() || !state.actions.messages.empty() ||
         !state.actions.needed.empty() || !state.actions.cancelled.empty() ||
         !state.actions.refusals.empty();
}

}  // namespace weir

// What the flow of sync calls: each is one step of one of its sentences.
#include <algorithm>
#include <string>
#include <utility>

#include "weir/p2p/fetch.h"
#include "weir/p2p/sync_flow.h"

namespace weir {

namespace {

std::uint64_t pending_of(void* context, PeerNumber peer) {
  auto const& sync = *static_cast<SyncParts*>(context);
  std::uint64_t pending = sync.parts.calls_waiting;  // of anybody: they are on their way
  if (FetchPeer const* const known = sync.fetch.peer(peer)) {
    for (PairList const& list : known->lists) pending += list.size;
  }
  return pending;
}

std::uint64_t unread_bytes(void* context, PeerNumber peer) {
  auto const& sync = *static_cast<SyncParts*>(context);
  return sync.parts.links.waiting_bytes(sync.state.peers[peer].connection);
}

// The news of a connection may come after its first message.
void note_connection(SyncParts& sync, PeerNumber peer, ConnectionId connection, Instant now) {
  note_opened(sync.state, peer, connection, sync.parts.links.is_dialled(connection), now);
}

}  // namespace

SyncParts::SyncParts(Fetch& its_fetch, SyncPolicy const& policy, LinkPolicy const& link_policy,
                     std::uint64_t seed)
    : fetch(its_fetch),
      parts(its_fetch.parts()),
      state(policy, seed),
      keeper(link_policy, seed + 1) {
  state.outside = {&pending_of, &unread_bytes, this};
}

void wake(SyncParts& sync) {
  if (std::exchange(sync.wake_given, true)) return;
  sync.woken.give(unit{});
}

void note_stored_op(SyncParts& sync, StoredOp const& op) {
  sync.sources.assign(1, op.peer);
  // Who is known to have it, too, need not be told. With one peer that is the one it came from.
  if (sync.state.connected.size() > 1) {
    Pending const& pending = sync.parts.want.pending;
    std::uint32_t const wanted = pending.find(op.id);
    std::uint32_t pair = wanted == no_number ? no_number : pending.op(wanted).first_source;
    for (; pair != no_number; pair = pending.pair(pair).next_source)
      sync.sources.push_back(pending.pair(pair).peer);
  }
  note_stored(sync.state, {op.created_at, op.id}, sync.sources);
  if (is_busy(sync.state) || !sync.state.waiting.empty()) wake(sync);
}

void note_sync_news(SyncParts& sync, LinkNews const& news, Instant now) {
  if (news.was != no_number) {
    move_link(sync.keeper, news.was, news.peer);
    note_closed(sync.state, news.was);
  }
  if (news.change == LinkChange::opened) {
    note_kept_link(sync.keeper, news.peer, news.change, now);
    if (news.connection.valid()) note_connection(sync, news.peer, news.connection, now);
    return;
  }
  bool const known = news.peer < sync.state.peers.size();
  ConnectionId const current = known ? sync.state.peers[news.peer].connection : ConnectionId();
  if (current.valid() && current != news.connection) return;  // another one to the same peer
  note_closed(sync.state, news.peer);
  // One that gives way to another was good.
  if (news.change == LinkChange::failed || news.reason != CloseReason::duplicate)
    note_kept_link(sync.keeper, news.peer, news.change, now);
}

void note_module_message(SyncParts& sync, ModuleMessage const& message, Instant now) {
  if (message.module.text() != sync_module) return;
  SyncCounters& counters = sync.state.counters;
  ++counters.messages_received;
  counters.bytes_received += message.data.size();
  Result<SyncMessage> const read = read_sync(message.data);
  if (!read.ok()) {
    ++counters.refused;
    sync.state.actions.refusals.push_back({message.peer, read.error().message});
    return;
  }
  note_connection(sync, message.peer, message.connection, now);
  note_message(sync.state, message.peer, read.value(), now);
}

SyncParts* plan_sync(SyncParts& sync, unit, Instant now) {
  sync.wake_given = false;
  act(sync.state, now);
  sync.now.clear();
  std::swap(sync.now, sync.state.actions);
  sync.dials.clear();
  take_dials(sync.keeper, now, sync.dials);
  sync.alarm.set(std::min(next_due(sync.state), sync.keeper.due));
  if (is_busy(sync.state)) wake(sync);
  return &sync;
}

void give_to_fetch(SyncParts& sync, SyncActions::Needed const& needed, Instant now) {
  std::size_t const taken = sync.fetch.add_ops(needed.ids, needed.peer);
  if (taken == needed.ids.size()) return;
  note_left_out(sync.state, needed.peer, needed.ids.size() - taken, now);
  wake(sync);
}

void cancel_in_fetch(SyncParts& sync, OpId const& id) { sync.fetch.cancel(id); }

void refuse_peer(SyncParts& sync, SyncActions::Refusal const& refusal) {
  FetchParts& parts = sync.parts;
  if (parts.log.enabled(LogLevel::warning)) {
    parts.log.warning("a peer is refused", {{"peer", parts.links.text(refusal.peer)},
                                            {"reason", std::string_view(refusal.reason)}});
  }
  parts.links.close(refusal.peer, CloseReason::malformed);
}

void dial_peer(SyncParts& sync, PeerNumber peer) {
  if (sync.parts.links.connect(peer)) return;
  sync.parts.failed_links.give(LinkNews{.peer = peer, .change = LinkChange::failed});
}

}  // namespace weir

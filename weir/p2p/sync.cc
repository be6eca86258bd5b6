#include "weir/p2p/sync.h"

#include <algorithm>
#include <vector>

#include "weir/p2p/fetch.h"
#include "weir/p2p/sync_flow.h"
#include "weir/worker/worker.h"

namespace weir {

Sync::Sync(Fetch& fetch, SyncOptions const& options) {
  Clock const& clock = fetch.parts().worker.clock();
  std::uint64_t const seed = options.seed != 0 ? options.seed : clock.now() ^ cycles();
  SyncPolicy policy = options.policy;
  policy.pending_max = std::min(policy.pending_max, fetch.parts().want.policy.pairs_max);
  parts_ = make_owner<SyncParts>(fetch, policy, options.links, seed);
}

Sync::~Sync() { parts_->parts.store.on_stored = {}; }

// ---- to begin

void Sync::install(Graph& graph) {
  WEIR_ASSERT(!installed_);
  installed_ = true;
  FetchParts& fetch = parts_->parts;
  WEIR_ASSERT(!fetch.others_listen);
  fetch.others_listen = true;
  fetch.store.on_stored = {
      [](void* self, StoredOp const& op) { note_stored_op(*static_cast<SyncParts*>(self), op); },
      parts_.get()};
  sync_flow(*parts_).install(graph);
}

void Sync::note_held(std::span<OpEntry const> entries) {
  for (OpEntry const& entry : entries) weir::note_held(parts_->state, {entry.created_at, entry.id});
}

void Sync::begin() {
  weir::begin(parts_->state, parts_->parts.worker.clock().now());
  wake(*parts_);
}

bool Sync::has_begun() const { return parts_->state.loaded; }

Result<void> Sync::run(OpStore& store) {
  struct Both {
    Sync& sync;
    OpStore& store;
  } both{*this, store};
  parts_->fetch.run({[](void* context, Graph& graph, FetchParts& parts) {
                       auto& given = *static_cast<Both*>(context);
                       serve_inline(graph, parts.store, given.store);
                       given.sync.install(graph);
                     },
                     &both});
  Bookmark after = 0;
  std::vector<OpEntry> entries;
  do {  // ends: each page is behind the one before
    Result<Bookmark> const next = store.list_since(after, {}, entries);
    if (!next.ok()) return next.error();
    after = next.value();
    note_held(entries);
  } while (!entries.empty());
  begin();
  return {};
}

// ---- what is held

void Sync::note_stored(TimedId const& op) {
  weir::note_stored(parts_->state, op, {});
  if (is_busy(parts_->state)) wake(*parts_);
}

void Sync::note_discarded(TimedId const& op) { weir::note_discarded(parts_->state, op); }

OpTree const& Sync::held() const { return parts_->state.held; }

// ---- what is wanted

std::size_t Sync::want(std::span<OpId const> ids) {
  std::size_t const taken = want_of_all(parts_->state, ids);
  if (is_busy(parts_->state)) wake(*parts_);
  return taken;
}

void Sync::unwant(OpId const& id) {
  weir::unwant(parts_->state, id);
  wake(*parts_);
}

std::size_t Sync::wanted_count() const { return parts_->state.wanted.size(); }

// ---- peers

bool Sync::keep_link(PeerNumber peer, KeepLink keep) {
  FetchParts const& fetch = parts_->parts;
  peer = fetch.links.current(peer);
  bool const connected = parts_->state.peers.size() > peer && parts_->state.peers[peer].connected();
  if (!weir::keep_link(parts_->keeper, peer, keep, connected, fetch.worker.clock().now()))
    return false;
  wake(*parts_);
  return true;
}

void Sync::drop_link(PeerNumber peer) {
  weir::drop_link(parts_->keeper, parts_->parts.links.current(peer));
  wake(*parts_);
}

void Sync::reconcile_with(PeerNumber peer) {
  FetchParts const& fetch = parts_->parts;
  weir::reconcile_soon(parts_->state, fetch.links.current(peer), fetch.worker.clock().now());
  wake(*parts_);
}

SyncCounters const& Sync::counters() const { return parts_->state.counters; }
std::uint64_t Sync::dial_count() const { return parts_->keeper.dials; }
std::size_t Sync::connected_count() const { return parts_->state.connected.size(); }
SyncPeer const* Sync::peer(PeerNumber number) const {
  return number < parts_->state.peers.size() ? &parts_->state.peers[number] : nullptr;
}

}  // namespace weir

// Sync: keeps a node in step with its peers. It stays connected to them, finds out with each what
// either lacks, has it fetched, and tells them what is new.
//
//   Fetch fetch(worker, links, {.space = "my space"});
//   Sync sync(fetch);
//   sync.run(store);                                 // and the fetch, too; a store in memory
//   sync.keep_link(links.peer_at(address));
//
// Everything here is called on the worker's thread, between its turns or from a flow of it.
// docs/sync.md explains how it works, with a picture of the flow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "weir/base/owner.h"
#include "weir/base/result.h"
#include "weir/p2p/op_tree.h"
#include "weir/p2p/pending.h"
#include "weir/p2p/sync_links.h"
#include "weir/p2p/sync_state.h"
#include "weir/store/op_store.h"

namespace weir {

class Fetch;
class Graph;
struct SyncParts;

struct SyncOptions {
  SyncPolicy policy{};
  LinkPolicy links{};
  // For what must not be foreseen by others; 0: of the clock.
  std::uint64_t seed = 0;
};

class Sync {
 public:
  // The fetch outlives it; it outlives the worker's last turn.
  explicit Sync(Fetch& fetch, SyncOptions const& options = {});
  ~Sync();
  Sync(Sync const&) = delete;
  Sync& operator=(Sync const&) = delete;

  // ---- to begin, once

  // Into the graph of the fetch: called by the function that Fetch::run is given. From then on it
  // is told of what fetch stores (StorePort::on_stored).
  void install(Graph& graph);
  // What the store has held all along, page by page (OpStore::list_since), in any order …
  void note_held(std::span<OpEntry const> entries);
  // … until that was all: sessions begin. What is stored meanwhile may be among it.
  void begin();
  bool has_begun() const;
  // All of that, and Fetch::run, with a store in memory.
  Result<void> run(OpStore& store);

  // ---- what is held

  // By somebody else than fetch: it is told to all peers.
  void note_stored(TimedId const& op);
  void note_discarded(TimedId const& op);
  OpTree const& held() const;

  // ---- what is wanted

  // Of whoever has them: each peer that is connected, now or later, is asked until they come. Ops
  // that are not held. Returns how many could be remembered, the first ones.
  std::size_t want(std::span<OpId const> ids);
  void unwant(OpId const& id);
  std::size_t wanted_count() const;

  // ---- peers

  // Connects to it, again and again. False: more are known than the policy allows.
  bool keep_link(PeerNumber peer, KeepLink keep = KeepLink::always);
  // Not any more; the connection stays. Of a peer whose number is given up, in any case.
  void drop_link(PeerNumber peer);
  // A session with it begins as soon as there is room, and not when its time has come.
  void reconcile_with(PeerNumber peer);

  SyncCounters const& counters() const;
  std::uint64_t dial_count() const;  // times that it has begun to connect
  std::size_t connected_count() const;
  // Null: nothing is known of it.
  SyncPeer const* peer(PeerNumber number) const;

 private:
  Owner<SyncParts> parts_;
  bool installed_ = false;
};

}  // namespace weir

// Fetch: gets ops from peers and gives them to peers, as flows on a worker.
//
//   PeerLinks links(&listener, &dialer);
//   Fetch fetch(worker, links, {.space = "my space"});
//   fetch.run(store);
//   fetch.add_ops(ids, links.peer_at(address));
//   fetch.notify_on_drained(waker);
//
// Everything here is called on the worker's thread, between its turns or from a flow of it.
// docs/fetch.md explains how it works, with pictures of the flows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weir/base/owner.h"
#include "weir/p2p/fetch_policy.h"
#include "weir/p2p/fetch_state.h"
#include "weir/p2p/peer_links.h"
#include "weir/p2p/serve.h"
#include "weir/p2p/want.h"
#include "weir/sched/graph.h"
#include "weir/store/op_store.h"

namespace weir {

class Log;
class Worker;
struct FetchParts;

struct FetchOptions {
  FetchPolicy policy = weir_profile;
  // The id of the one space whose ops are exchanged; messages for others are refused.
  std::string space = "weir";
  // For what must not be foreseen by others; 0: of the clock.
  std::uint64_t seed = 0;
  // Instead of SHA-256, where the policy is to verify.
  VerifyOp verify{};
  // When an op was made, of its bytes; without it, what the peer says.
  OpTime time_of{};
  // Outlives the fetch; null: nothing is said.
  Log* log = nullptr;
};

// What is wanted, and of whom.
struct PendingSummary {
  OpId id;
  std::vector<std::string> peers;
};

class Fetch {
 public:
  // The worker and the links outlive it; it outlives the worker's last turn.
  Fetch(Worker& worker, PeerLinks& links, FetchOptions const& options = {});
  ~Fetch();
  Fetch(Fetch const&) = delete;
  Fetch& operator=(Fetch const&) = delete;

  // Begins, once: with a store in memory, or with whatever answers the handoffs of `parts().store`
  // in the graph that `extend` is given.
  void run(OpStore& store);
  struct Extend {
    void (*function)(void* context, Graph& graph, FetchParts& parts) = nullptr;
    void* context = nullptr;
  };
  void run(Extend extend);

  // These are wanted, and that peer may have them. Returns how many of them could be remembered,
  // the first ones; the others are to be added when some of what is wanted has come.
  std::size_t add_ops(std::span<OpId const> ids, PeerNumber peer);
  std::size_t add_ops(std::vector<WantedOp> ops, PeerNumber peer);
  // It is not wanted any more, of nobody.
  void cancel(OpId const& id);

  // Woken once, when nothing is wanted any more: at once if that is so now. What was added in this
  // turn counts as wanted.
  void notify_on_drained(Waker listener);
  // Costs all of it.
  std::vector<PendingSummary> state_summary() const;
  bool is_drained() const;

  FetchCounters const& counters() const;
  ServeCounters const& serve_counters() const;
  std::uint32_t pending_count() const;             // ops
  std::uint64_t pending_memory_bytes() const;      // of their state
  FetchPeer const* peer(PeerNumber number) const;  // null: nothing is known of it

  FetchParts& parts() { return *parts_; }

 private:
  struct Hashes;
  Owner<Hashes> hashes_;
  Owner<FetchParts> parts_;
  bool running_ = false;
};

}  // namespace weir

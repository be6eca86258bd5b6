// A node: ops in a store, peers, and what keeps both in step, all on one worker.
//
//   NodeOptions options{.key = Ed25519Key::from_pem(pem).value()};
//   options.peers = {PeerUrl::parse("weir://192.0.2.7:7000").value()};
//   Owner<Node> const node = Node::make(worker, RocksStore::open(path).value(), options).value();
//   worker.run();
//
// It listens, and dials the peers it knows; with each it finds out at once, and from time to time,
// what either lacks, fetches that, and tells what is new. Connections are mutual TLS: a peer is
// the key that it proves to have. Everything here is called on the worker's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/function.h"
#include "weir/base/owner.h"
#include "weir/base/result.h"
#include "weir/crypto/ed25519.h"
#include "weir/p2p/counters.h"
#include "weir/p2p/fetch_policy.h"
#include "weir/p2p/peer_id.h"
#include "weir/p2p/storage.h"
#include "weir/ring/address.h"
#include "weir/store/op_store.h"

namespace weir {

class Worker;

struct NodeOptions {
  Ed25519Key key;
  std::string space = "weir";
  Address listen = Address::loopback(0);
  // What others are told to dial; empty: where it listens.
  std::optional<Address> told_address{};
  std::vector<PeerUrl> peers{};          // dialled, and dialled again, as long as it runs
  std::vector<std::string> bootstrap{};  // services: "http://192.0.2.7:8080"
  std::vector<PeerId> allowed{};         // none: everybody who is not blocked
  std::vector<PeerId> blocked{};
  std::string http{};     // "127.0.0.1:9100": /metrics, /graph, /healthz, /trace; empty: nowhere
  std::string control{};  // "unix:/var/lib/node/control.sock": for weir-node's commands
  bool serves_bootstrap = false;  // at `http`, for others
  FetchPolicy fetch = weir_profile;
  // Between two reconciliations with a peer, more or less; one is made on connecting anyway.
  Duration sync_period = 60 * seconds;
  StorageLimits storage{};
};

struct NodePeer {
  PeerId id{};
  bool has_id = false;  // it has been connected once
  std::string address;
  bool connected = false;
  std::uint32_t pending = 0;         // ops that it may have and that are wanted
  std::uint64_t received_bytes = 0;  // of ops, since its connection began
  double bytes_per_second = 0;       // of the last seconds
  Duration back_off = 0;             // so long it is not asked
  Duration latency = 0;              // of its answers; 0: none yet
};

struct NodeStatus {
  PeerId id{};
  std::string address;
  std::string space;
  OpCounts held;
  bool loaded = false;  // it knows all that it holds: until then it tells nobody
  std::uint32_t pending = 0;
  std::uint64_t pending_bytes = 0;  // of memory
  std::uint32_t connections = 0;
  FetchCounters fetch;
  ServeCounters serve;
  SyncCounters sync;
  double bytes_per_second = 0;
};

class Node {
 public:
  // Fails with one sentence: the address is taken, a URL is wrong. The worker outlives it, and it
  // outlives the worker's last turn.
  static Result<Owner<Node>> make(Worker& worker, Owner<OpStore> store, NodeOptions options);
  ~Node();
  Node(Node const&) = delete;
  Node& operator=(Node const&) = delete;

  PeerId const& id() const;
  Address const& address() const;
  // Of `NodeOptions::http`; none where that is empty.
  Address const& http_address() const;
  NodeStatus status() const;
  std::vector<NodePeer> peers() const;

  // Each tells `done` once, later; false: too much is asked at the same time (EAGAIN), and nobody
  // is told.
  using PutDone = Function<void(Result<Committed>)>;
  [[nodiscard]] bool put(std::vector<Op> ops, PutDone done);
  using GetDone = Function<void(Result<Retrieved>)>;
  [[nodiscard]] bool get(std::vector<OpId> ids, std::uint64_t bytes_max, GetDone done);
  using ListDone = Function<void(Result<Listed>)>;
  [[nodiscard]] bool list(Bookmark after, ListLimits limits, ListDone done);

  // Wanted of whoever has them, until they come; remembered over restarts. Tells how many can be
  // remembered, those that are held included.
  using WantDone = Function<void(Result<std::size_t>)>;
  [[nodiscard]] bool want(std::vector<OpId> ids, WantDone done);

  // Every counter, as OpenMetrics text, is at `http`.
  Worker& worker() const;

 private:
  struct Parts;
  explicit Node(Owner<Parts> parts);
  Owner<Parts> parts_;
};

}  // namespace weir

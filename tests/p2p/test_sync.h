// Nodes that keep in step with others, in a simulated world: a SyncNode fetches, syncs and has a
// store in memory; a ScriptedSyncPeer says to one what a test wants it to say.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/p2p/test_peers.h"
#include "weir/crypto/tls_context.h"
#include "weir/p2p/peer_store.h"
#include "weir/p2p/sync.h"
#include "weir/p2p/sync_message.h"

namespace weir {

// Ops made one after the other.
inline std::vector<Op> timed_ops(std::uint64_t first, std::uint64_t count, std::size_t size = 64) {
  std::vector<Op> ops = make_ops(first, count, size);
  for (std::uint64_t n = 0; n < count; ++n) ops[n].created_at = 1'000'000 + 1000 * (first + n);
  return ops;
}
inline std::vector<TimedId> timed_ids_of(std::vector<Op> const& ops) {
  std::vector<TimedId> ids;
  for (Op const& op : ops) ids.push_back({op.created_at, op.id});
  return ids;
}

// What a SyncNode needs for peers to be who their keys say.
struct TestIdentity {
  explicit TestIdentity(int number) {
    Ed25519Key::Seed seed{};
    seed[0] = static_cast<std::byte>(number);
    Ed25519Key const key = Ed25519Key::from_seed(seed);
    id = PeerId{key.public_key()};
    TlsOptions options;
    options.credentials = credentials_of(key).value();
    options.check = PeerCheck::keys;
    options.accepts = {[](void*, TlsPeer const& peer) { return peer.key.has_value(); }, nullptr};
    server = TlsContext::make_server(options).value();
    client = TlsContext::make_client(options).value();
  }

  PeerId id;
  AccessRules rules;
  Owner<TlsContext> server;
  Owner<TlsContext> client;
};

class SyncNode {
 public:
  explicit SyncNode(TestWorker& worker, SyncOptions const& options = {}, Log* log = nullptr,
                    FetchPolicy const& policy = weir_profile)
      : SyncNode(worker, Address::loopback(0), options, log, policy) {}
  SyncNode(TestWorker& worker, Address const& listens_at, SyncOptions const& options = {},
           Log* log = nullptr, FetchPolicy const& policy = weir_profile)
      : listener_(*worker->listen(listens_at).value()),
        links(&listener_, &worker->make_dialer()),
        fetch(*worker, links, options_of(policy, log)),
        sync(fetch, with_seed(options, listener_.address())) {}

  Address const& address() const { return listener_.address(); }
  PeerNumber peer(Address const& address) { return links.peer_at(address); }
  PeerNumber peer(SyncNode const& node) { return peer(node.address()); }
  void keep(SyncNode const& node) { keep(node.address()); }
  void keep(Address const& address) { ASSERT_TRUE(sync.keep_link(peer(address))); }
  // Connections end, and are not made again.
  void part_from(SyncNode const& node) {
    sync.drop_link(peer(node));
    links.close(peer(node), CloseReason::closed_by_flow);
  }

  // Before the first connection.
  void identify(TestIdentity& as, Clock const& clock) {
    links.accepted().use_tls(*as.server);
    links.dialled().use_tls(*as.client);
    links.identify(as.id, as.rules, clock);
  }

  // What the store holds by then counts as held all along.
  void begin() { ASSERT_TRUE(sync.run(store).ok()); }
  void put(std::vector<Op> const& ops) { store.put(ops); }
  // As a user does while the node runs.
  void add(std::vector<Op> const& ops) {
    store.put(ops);
    for (Op const& op : ops) sync.note_stored({op.created_at, op.id});
  }
  bool holds_all(std::vector<Op> const& ops) const { return store.holds_all(ops); }
  std::uint64_t op_count() const { return store.counts().ops; }
  SyncCounters const& counters() const { return sync.counters(); }
  // What has been said and heard beside the ops.
  std::uint64_t bytes() const { return counters().bytes_sent + counters().bytes_received; }
  std::uint64_t messages() const { return counters().messages_sent + counters().messages_received; }

 private:
  static SyncOptions with_seed(SyncOptions options, Address const& address) {
    if (options.seed == 0) options.seed = 1000u + address.port_number();
    return options;
  }

  Endpoint& listener_;

 public:
  ScriptedStore store;
  PeerLinks links;
  Fetch fetch;
  Sync sync;
};

// The frames that a node sends, as somebody else reads them.
class ScriptedSyncPeer {
 public:
  // Listens, or connects.
  explicit ScriptedSyncPeer(TestWorker& worker) : peer_(worker) {}
  ScriptedSyncPeer(TestWorker& worker, SyncNode const& to) : peer_(worker, to.address()) {}

  Address const& address() const { return peer_.address; }
  Peer& socket() { return peer_.socket(); }

  struct Heard {
    Bytes data;
    SyncMessage message;  // views of `data`
  };
  // Messages of sync that have come since this was asked before.
  std::vector<Heard> hear() {
    read();
    return std::exchange(heard_, {});
  }
  // Ids that were asked for.
  std::vector<OpId> requested() {
    read();
    return std::exchange(requested_, {});
  }
  bool is_closed() {
    read();
    return socket().peer_closed() || socket().peer_reset();
  }

  void say(Bytes const& data) {
    SyncToSend const message{data.view()};
    std::string frame(size_in_frame(message, test_space), '\0');
    write_frame(message, test_space, std::as_writable_bytes(std::span(frame)));
    peer_.send_frame(frame);
  }
  void say(std::string_view data) { say(Bytes(data)); }
  void publish(std::vector<Op> const& ops) { say(publish_message(timed_ids_of(ops))); }
  void respond(std::vector<Op> const& ops, std::vector<OpId> const& absent = {}) {
    peer_.respond(ops, absent, fetch_version);
  }

 private:
  void read() {
    bytes_ += socket().receive();
    while (bytes_.size() >= length_header_bytes) {
      std::uint32_t const size =
          read_length_header(reinterpret_cast<std::byte const*>(bytes_.data()));
      if (bytes_.size() - length_header_bytes < size) return;
      note(Bytes(std::string_view(bytes_).substr(length_header_bytes, size)));
      bytes_.erase(0, length_header_bytes + size);
    }
  }
  void note(Bytes const& frame) {
    Envelope const envelope = read_envelope(frame.view()).value();
    EXPECT_EQ(envelope.space.text(), test_space);
    if (envelope.module.text() == sync_module) {
      Heard heard{envelope.data.own(), {}};
      heard.message = read_sync(heard.data.view()).value();
      heard_.push_back(std::move(heard));
      return;
    }
    Result<FetchMessage> const message = read_fetch(envelope.data);
    if (auto const* request = std::get_if<FetchRequest>(&message.value())) {
      for (IdField const& field : request->op_ids()) requested_.push_back(field.id);
    }
  }

  ScriptedPeer peer_;
  std::string bytes_;
  std::vector<Heard> heard_;
  std::vector<OpId> requested_;
};

}  // namespace weir

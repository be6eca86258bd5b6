#include "weir/p2p/fetch.h"

#include <utility>

#include "weir/base/log.h"
#include "weir/crypto/sha256.h"
#include "weir/net/endpoint.h"
#include "weir/p2p/fetch_parts.h"
#include "weir/p2p/receive_flow.h"
#include "weir/p2p/serve_flow.h"
#include "weir/p2p/want_flow.h"
#include "weir/p2p/wire_flow.h"
#include "weir/worker/worker.h"

namespace weir {

struct Fetch::Hashes {
  Sha256 hasher;
  Log silent;

  static bool check(void* self, OpId const& id, View bytes) {
    return static_cast<Hashes*>(self)->hasher.of(bytes.span()) == id.bytes;
  }
};

Fetch::Fetch(Worker& worker, PeerLinks& links, FetchOptions const& options)
    : hashes_(make_owner<Hashes>()) {
  std::uint64_t const seed = options.seed != 0 ? options.seed : worker.clock().now() ^ cycles();
  Log& log = options.log != nullptr ? *options.log : hashes_->silent;
  parts_ = make_owner<FetchParts>(worker, links, options.policy, options.space, seed, log);
  parts_->frame_bytes_max = worker.net().limits().frame_bytes_max;
  parts_->time_of = options.time_of;
  bool const own = options.verify.check == nullptr;
  parts_->want.verify = own ? VerifyOp{&Hashes::check, hashes_.get()} : options.verify;
}

Fetch::~Fetch() = default;

void Fetch::run(OpStore& store) {
  run(Extend{[](void* context, Graph& graph, FetchParts& parts) {
               serve_inline(graph, parts.store, *static_cast<OpStore*>(context));
             },
             &store});
}

void Fetch::run(Extend extend) {
  WEIR_ASSERT(!running_);
  running_ = true;
  struct Flows {
    FetchParts& parts;
    Extend extend;
    void install(Graph& graph) && {
      Endpoint& dialled = parts.links.dialled();
      Endpoint& accepted = parts.links.accepted();
      wire_flow(parts, dialled).install(graph);
      if (&accepted != &dialled) wire_flow(parts, accepted).install(graph);
      want_flow(parts).install(graph);
      serve_flow(parts).install(graph);
      receive_flow(parts).install(graph);
      extend.function(extend.context, graph, parts);
    }
  };
  parts_->worker.add(Flows{*parts_, extend}, "fetch");
}

std::size_t Fetch::add_ops(std::span<OpId const> ids, PeerNumber peer) {
  std::vector<WantedOp> ops;
  ops.reserve(ids.size());
  for (OpId const& id : ids) ops.push_back({.id = id});
  return add_ops(std::move(ops), peer);
}

std::size_t Fetch::add_ops(std::vector<WantedOp> ops, PeerNumber peer) {
  FetchParts& parts = *parts_;
  std::size_t const taken = parts.want.pending.pair_count() + parts.calls_waiting;
  std::size_t const most = parts.want.policy.pairs_max;
  std::size_t const room = taken < most ? most - taken : 0;
  if (ops.size() > room) ops.resize(room);
  std::size_t const count = ops.size();
  if (count == 0) return 0;
  parts.calls_waiting += count;
  parts.calls.give(WantedOps{peer, std::move(ops), count});
  return count;
}

void Fetch::cancel(OpId const& id) { parts_->cancels.give(id); }

bool Fetch::is_drained() const {
  return parts_->want.pending.op_count() == 0 && parts_->calls_waiting == 0;
}

void Fetch::notify_on_drained(Waker listener) {
  if (is_drained()) listener.wake(listener.context);
  else parts_->drained_listeners.push_back(listener);
}

std::vector<PendingSummary> Fetch::state_summary() const {
  Pending const& pending = parts_->want.pending;
  std::vector<PendingSummary> summary;
  summary.reserve(pending.op_count());
  pending.for_each_op([&](std::uint32_t number) {
    PendingSummary one{.id = pending.op(number).id, .peers = {}};
    std::uint32_t source = pending.op(number).first_source;
    for (; source != no_number; source = pending.pair(source).next_source)
      one.peers.push_back(parts_->links.text(pending.pair(source).peer));
    summary.push_back(std::move(one));
  });
  return summary;
}

FetchCounters const& Fetch::counters() const { return parts_->want.counters; }
ServeCounters const& Fetch::serve_counters() const { return parts_->serve.counters; }
std::uint32_t Fetch::pending_count() const { return parts_->want.pending.op_count(); }
std::uint64_t Fetch::pending_memory_bytes() const { return parts_->want.pending.memory_bytes(); }
FetchPeer const* Fetch::peer(PeerNumber number) const {
  return number < parts_->want.peers.size() ? &parts_->want.peers[number] : nullptr;
}

}  // namespace weir

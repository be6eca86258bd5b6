#include "weir/p2p/node.h"

#include <algorithm>
#include <cerrno>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "weir/crypto/tls_context.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/http/client.h"
#include "weir/http/server.h"
#include "weir/http/telemetry.h"
#include "weir/p2p/alarm.h"
#include "weir/p2p/bootstrap.h"
#include "weir/p2p/bootstrap_client.h"
#include "weir/p2p/content.h"
#include "weir/p2p/fetch.h"
#include "weir/p2p/fetch_parts.h"
#include "weir/p2p/node_control.h"
#include "weir/p2p/node_metrics.h"
#include "weir/p2p/peer_links.h"
#include "weir/p2p/peer_store.h"
#include "weir/p2p/store_calls.h"
#include "weir/p2p/store_flow.h"
#include "weir/p2p/sync.h"
#include "weir/worker/worker.h"

namespace weir {

namespace {

// Rates are smoothed, records renewed and services asked at this pace.
constexpr Duration look_time = 1 * seconds;
// Of the rates that are shown: how much the last second counts.
constexpr double rate_share = 0.3;
// One page of what the store has held all along.
constexpr std::size_t load_page_ops = 65'536;

// An op of a node is content, and content says when it was made; so all nodes say the same of it.
struct ContentCheck {
  Sha256 hasher;

  static bool check(void* self, OpId const& id, View bytes) {
    auto& hash = static_cast<ContentCheck*>(self)->hasher;
    return created_at_of(bytes.span()).has_value() && hash.of(bytes.span()) == id.bytes;
  }
  static std::uint64_t time(View bytes) { return created_at_of(bytes.span()).value_or(0); }
};

// What was received, and how fast that is.
struct Rate {
  std::uint64_t bytes = 0;
  double per_second = 0;

  void look(std::uint64_t now_bytes, Duration time) {
    // A new connection counts anew.
    double const more = static_cast<double>(now_bytes >= bytes ? now_bytes - bytes : now_bytes);
    double const rate = more * static_cast<double>(seconds) / static_cast<double>(time);
    per_second += rate_share * (rate - per_second);
    if (per_second < 1) per_second = 0;
    bytes = now_bytes;
  }
};

TlsOptions tls_options(TlsCredentials credentials, KeyCheck accepts) {
  TlsOptions options;
  options.credentials = std::move(credentials);
  options.check = PeerCheck::keys;
  options.accepts = accepts;
  options.protocols = {"weir/1"};
  return options;
}

Error refused(StoreAnswer& answer) {
  return answer.error ? *answer.error : Error{EIO, "the store gave another answer"};
}

Error too_much() { return {EAGAIN, "too much is asked of the store at the same time"}; }

}  // namespace

struct Node::Parts final : BootstrapUser {
  Parts(Worker& its_worker, Owner<OpStore> store, NodeOptions its_options)
      : worker(its_worker),
        options(std::move(its_options)),
        self{options.key.public_key()},
        known(options.space, rules),
        storage(std::move(store), options.storage) {
    for (PeerId const& peer : options.allowed) rules.allow(peer);
    for (PeerId const& peer : options.blocked) rules.block(peer);
  }

  Result<void> open();
  Result<void> open_http();
  http::TelemetryOptions telemetry_options() const;
  NodeFigures figures() const;
  void start();
  void load(Bookmark after);
  void keep_wanted(std::vector<OpId> ids);
  void look(Instant now);
  void look_at_rates(Duration time);
  void renew_record();
  void note_put(TimedId const& op);
  void repair(OpId const& id);
  void say_refusals();
  void end_want(std::vector<OpId> const& ids, std::size_t refused_count, WantDone const& done);

  // Of bootstrap.
  SignedPeerRecord const* own_record() override { return own ? &*own : nullptr; }
  bool learn(SignedPeerRecord const& record) override;

  static bool accepts(void* self, TlsPeer const& peer) {
    auto& parts = *static_cast<Parts*>(self);
    return peer.key && parts.rules.decide({*peer.key}) == Access::granted;
  }

  Worker& worker;
  NodeOptions options;
  PeerId const self;
  AccessRules rules;
  PeerStore known;
  ContentCheck content;
  StorageThread storage;
  Owner<TlsContext> server_tls;
  Owner<TlsContext> client_tls;
  Endpoint* listener = nullptr;
  Owner<PeerLinks> links;
  Owner<StoreFlow> store_flow;
  Owner<Fetch> fetch;
  Owner<Sync> sync;
  Owner<StoreCalls> calls;

  Owner<http::Server> telemetry;
  Address http_address;
  Owner<http::Server> control;
  Owner<NodeControl> controls;
  Owner<BootstrapService> service;
  std::optional<SignedPeerRecord> own;
  Owner<BootstrapClient> bootstrap;
  Owner<http::Client> http;  // ends before the bootstrap client

  Alarm alarm;
  Instant looked_at = 0;
  std::uint64_t told_refusals = 0;
  std::unordered_set<OpId, OpIdHash> repairing;  // at most as many as there are calls
  Rate rate;
  std::unordered_map<PeerNumber, Rate> rates;
};

// ---- making -------------------------------------------------------------------------------------

Result<void> Node::Parts::open() {
  Result<TlsCredentials> credentials = credentials_of(options.key);
  if (!credentials.ok()) return credentials.error();
  TlsOptions const tls = tls_options(std::move(*credentials), {&Parts::accepts, this});
  Result<Owner<TlsContext>> server = TlsContext::make_server(tls);
  if (!server.ok()) return server.error();
  server_tls = std::move(*server);
  Result<Owner<TlsContext>> client = TlsContext::make_client(tls);
  if (!client.ok()) return client.error();
  client_tls = std::move(*client);

  Result<Endpoint*> const listens = worker.listen(options.listen);
  if (!listens.ok()) return listens.error();
  listener = listens.value();
  listener->use_tls(*server_tls);
  Endpoint& dialer = worker.make_dialer();
  dialer.use_tls(*client_tls);
  links = make_owner<PeerLinks>(listener, &dialer);
  links->identify(self, rules, worker.clock());

  FetchOptions fetching;
  fetching.policy = options.fetch;
  fetching.space = options.space;
  fetching.verify = {&ContentCheck::check, &content};
  fetching.time_of = {&ContentCheck::time};
  fetching.log = &worker.log();
  fetch = make_owner<Fetch>(worker, *links, fetching);
  SyncOptions syncing;
  syncing.policy.session_period = options.sync_period;
  sync = make_owner<Sync>(*fetch, syncing);
  StoreFlowOptions storing;
  storing.wants_loaded = {
      [](void* node, std::vector<OpId>&& ids) { static_cast<Parts*>(node)->sync->want(ids); },
      this};
  storing.damaged = {[](void* node, OpId const& id) { static_cast<Parts*>(node)->repair(id); },
                     this};
  store_flow = make_owner<StoreFlow>(storage, storing);
  calls = make_owner<StoreCalls>(worker, storage);
  return open_http();
}

Result<void> Node::Parts::open_http() {
  if (!options.http.empty()) {
    telemetry = make_owner<http::Server>(worker);
    http::serve_telemetry(*telemetry, worker, telemetry_options());
    if (options.serves_bootstrap) {
      service = make_owner<BootstrapService>(unix_time, BootstrapLimits{}, cycles());
      service->serve(*telemetry);
    }
    Result<Address> const listens = telemetry->listen(options.http);
    if (!listens.ok()) return listens.error();
    http_address = listens.value();
  }
  if (!options.bootstrap.empty()) {
    http = make_owner<http::Client>(worker);
    BootstrapClientOptions asking;
    asking.services = options.bootstrap;
    asking.space = options.space;
    asking.seed = cycles();
    asking.log = &worker.log();
    bootstrap = make_owner<BootstrapClient>(*http, worker.clock(), *this, std::move(asking));
  }
  return {};
}

NodeFigures Node::Parts::figures() const {
  return {.fetch = fetch->counters(),
          .serve = fetch->serve_counters(),
          .sync = sync->counters(),
          .storage = storage.counters(),
          .store_flow = store_flow->counters(),
          .links = links->counters(),
          .pending = fetch->pending_count(),
          .pending_bytes = fetch->pending_memory_bytes(),
          .connections = sync->connected_count()};
}

http::TelemetryOptions Node::Parts::telemetry_options() const {
  http::TelemetryOptions telling;
  telling.more_metrics = [this](http::OpenMetrics& page, std::string_view labels) {
    add_node_metrics(page, labels, figures());
  };
  return telling;
}

void Node::Parts::start() {
  fetch->run({[](void* node, Graph& graph, FetchParts& fetching) {
                auto& parts = *static_cast<Parts*>(node);
                parts.store_flow->serve(graph, fetching);
                parts.sync->install(graph);
              },
              this});
  for (PeerUrl const& peer : options.peers) sync->keep_link(links->peer_at(peer));
  renew_record();
  looked_at = worker.clock().now();
  alarm.set(looked_at);
  worker.add(flow(source_alarm(worker, alarm) >>
                  for_each([this](Context const& context, Instant) { look(context.now()); })),
             "node");
  load(0);
}

// Page by page, while the node runs already.
void Node::Parts::load(Bookmark after) {
  bool const taken =
      calls->ask(ListRequest{after, {.ops_max = load_page_ops}}, [this](StoreAnswer& answer) {
        auto* const listed = std::get_if<Listed>(&answer.what);
        if (answer.error || listed == nullptr) {
          worker.log().error("the store cannot say what it holds: nothing is said to peers",
                             {{"reason", refused(answer).message}});
          return;
        }
        if (listed->entries.empty()) return sync->begin();
        sync->note_held(listed->entries);
        load(listed->next);
      });
  WEIR_ASSERT(taken || worker.is_stopping());
}

// ---- time ---------------------------------------------------------------------------------------

void Node::Parts::look(Instant now) {
  if (now > looked_at) look_at_rates(now - looked_at);
  looked_at = now;
  UnixTime const today = unix_time();
  known.prune(today);
  if (own && own->record.expires_at < today + own_record_renewal) renew_record();
  if (bootstrap && bootstrap->due() <= now) bootstrap->act();
  say_refusals();
  alarm.set(now + look_time);
}

void Node::Parts::say_refusals() {
  LinkCounters const& now = links->counters();
  std::uint64_t const refusals = now.refused + now.banned + now.impostors + now.nobody;
  if (refusals == told_refusals) return;
  told_refusals = refusals;
  worker.log().warning("connections were refused", {{"not_let_in", now.refused},
                                                    {"banned", now.banned},
                                                    {"somebody_else", now.impostors},
                                                    {"without_key", now.nobody}});
}

void Node::Parts::look_at_rates(Duration time) {
  rate.look(fetch->counters().bytes_received, time);
  for (PeerNumber peer = 0; fetch->peer(peer) != nullptr; ++peer) {
    std::uint64_t const bytes = fetch->peer(peer)->received_bytes;
    if (bytes > 0 || rates.contains(peer)) rates[peer].look(bytes, time);
  }
}

void Node::Parts::renew_record() {
  if (options.bootstrap.empty()) return;
  UnixTime const today = unix_time();
  PeerRecord record;
  record.peer = self;
  record.space = options.space;
  record.created_at = today;
  record.expires_at = today + own_record_life;
  record.url = PeerUrl{options.told_address.value_or(listener->address()), self};
  own = sign(record, options.key);
  if (bootstrap) bootstrap->act();
}

bool Node::Parts::learn(SignedPeerRecord const& record) {
  if (record.record.peer == self) return false;
  RecordNews const news = known.insert(record, unix_time());
  if (!is_taken(news) || !record.record.url) return false;
  PeerUrl url = *record.record.url;
  url.peer = record.record.peer;
  PeerNumber const peer = links->peer_at(url);
  if (news == RecordNews::left) sync->drop_link(peer);
  else sync->keep_link(peer, KeepLink::while_there_is_room);
  return true;
}

// ---- what is asked of it ------------------------------------------------------------------------

// It has come by another way than from a peer.
void Node::Parts::note_put(TimedId const& op) {
  if (fetch->parts().want.pending.find(op.id) != no_number) fetch->cancel(op.id);
  if (sync->wanted_count() > 0) sync->unwant(op.id);
  if (store_flow->keeps(op.id)) store_flow->let_go({&op.id, 1});
  sync->note_stored(op);
}

// Its bytes are lost here: somebody else may have them.
void Node::Parts::repair(OpId const& id) {
  if (!repairing.insert(id).second) return;
  bool const taken =
      calls->ask(CommitRequest{.discard = {id}, .want = {id}}, [this, id](StoreAnswer& answer) {
        repairing.erase(id);
        if (answer.error) return;  // the next who asks for it begins anew
        worker.log().warning("a damaged op is dropped, and wanted of peers", {{"op", id.hex()}});
        store_flow->keep({&id, 1});
        sync->want({&id, 1});
      });
  if (!taken) repairing.erase(id);
}

void Node::Parts::end_want(std::vector<OpId> const& ids, std::size_t refused_count,
                           WantDone const& done) {
  bool const taken = calls->ask(
      FilterRequest{ids}, [this, done, refused_count, count = ids.size()](StoreAnswer& answer) {
        auto* const missing = std::get_if<Missing>(&answer.what);
        if (answer.error || missing == nullptr) return done(refused(answer));
        std::size_t const kept = std::min(store_flow->keep(missing->ids), sync->want(missing->ids));
        done(count - std::max(missing->ids.size() - kept, refused_count));
      });
  if (!taken) done(too_much());
}

Result<Owner<Node>> Node::make(Worker& worker, Owner<OpStore> store, NodeOptions options) {
  auto parts = make_owner<Parts>(worker, std::move(store), std::move(options));
  Result<void> const opened = parts->open();
  if (!opened.ok()) return opened.error();
  Owner<Node> node(new Node(std::move(parts)));
  Parts& own = *node->parts_;
  if (!own.options.control.empty()) {
    http::ServerOptions serving;
    serving.name = "control";
    serving.limits.body_bytes_max = control_body_bytes_max;
    serving.limits.body_total_bytes_max = 4 * control_body_bytes_max;
    own.control = make_owner<http::Server>(worker, serving);
    own.controls = make_owner<NodeControl>(*node, *own.control);
    http::serve_telemetry(*own.control, worker, own.telemetry_options());
    Result<Address> const listens = own.control->listen(own.options.control);
    if (!listens.ok()) return listens.error();
  }
  own.start();
  return node;
}

Node::Node(Owner<Parts> parts) : parts_(std::move(parts)) {}

Node::~Node() = default;

PeerId const& Node::id() const { return parts_->self; }
Address const& Node::address() const { return parts_->listener->address(); }
Address const& Node::http_address() const { return parts_->http_address; }
Worker& Node::worker() const { return parts_->worker; }

bool Node::put(std::vector<Op> ops, PutDone done) {
  std::vector<TimedId> ids;
  ids.reserve(ops.size());
  for (Op const& op : ops) ids.push_back({op.created_at, op.id});
  return parts_->calls->ask(
      CommitRequest{.ops = std::move(ops)},
      [parts = parts_.get(), ids = std::move(ids), done = std::move(done)](StoreAnswer& answer) {
        auto* const committed = std::get_if<Committed>(&answer.what);
        if (answer.error || committed == nullptr) return done(refused(answer));
        for (std::size_t i = 0; i < committed->ops.size(); ++i) {
          if (committed->ops[i] != Stored::stored) continue;
          parts->note_put(ids[i]);
        }
        done(std::move(*committed));
      });
}

bool Node::get(std::vector<OpId> ids, std::uint64_t bytes_max, GetDone done) {
  return parts_->calls->ask(RetrieveRequest{std::move(ids), bytes_max},
                            [parts = parts_.get(), done = std::move(done)](StoreAnswer& answer) {
                              auto* const found = std::get_if<Retrieved>(&answer.what);
                              if (answer.error || found == nullptr) return done(refused(answer));
                              for (OpId const& id : found->damaged) parts->repair(id);
                              done(std::move(*found));
                            });
}

bool Node::list(Bookmark after, ListLimits limits, ListDone done) {
  return parts_->calls->ask(ListRequest{after, limits},
                            [done = std::move(done)](StoreAnswer& answer) {
                              auto* const listed = std::get_if<Listed>(&answer.what);
                              if (answer.error || listed == nullptr) return done(refused(answer));
                              done(std::move(*listed));
                            });
}

bool Node::want(std::vector<OpId> ids, WantDone done) {
  CommitRequest listed{.want = ids};
  return parts_->calls->ask(std::move(listed), [parts = parts_.get(), ids = std::move(ids),
                                                done = std::move(done)](StoreAnswer& answer) {
    auto* const committed = std::get_if<Committed>(&answer.what);
    if (answer.error || committed == nullptr) return done(refused(answer));
    parts->end_want(ids, committed->wants_refused, done);
  });
}

NodeStatus Node::status() const {
  Parts const& parts = *parts_;
  NodeStatus status;
  status.id = parts.self;
  status.address = address().text();
  status.space = parts.options.space;
  status.held = parts.storage.counters().held;
  status.loaded = parts.sync->has_begun();
  status.pending = parts.fetch->pending_count();
  status.pending_bytes = parts.fetch->pending_memory_bytes();
  status.connections = static_cast<std::uint32_t>(parts.sync->connected_count());
  status.fetch = parts.fetch->counters();
  status.serve = parts.fetch->serve_counters();
  status.sync = parts.sync->counters();
  status.bytes_per_second = parts.rate.per_second;
  return status;
}

std::vector<NodePeer> Node::peers() const {
  Parts const& parts = *parts_;
  Instant const now = parts.worker.clock().now();
  std::vector<NodePeer> peers;
  for (PeerNumber number = 0; parts.sync->peer(number) != nullptr; ++number) {
    if (parts.links->current(number) != number) continue;  // it is told under its other number
    NodePeer peer;
    if (PeerId const* const id = parts.links->id_of(number)) {
      peer.id = *id;
      peer.has_id = true;
    }
    peer.address = parts.links->address_text(number);
    peer.connected = parts.sync->peer(number)->connected();
    if (FetchPeer const* const fetched = parts.fetch->peer(number)) {
      for (PairList const& list : fetched->lists) peer.pending += list.size;
      peer.received_bytes = fetched->received_bytes;
      peer.latency = fetched->latency;
      if (fetched->back_off_until > now) peer.back_off = fetched->back_off_until - now;
    }
    auto const rate = parts.rates.find(number);
    if (rate != parts.rates.end()) peer.bytes_per_second = rate->second.per_second;
    peers.push_back(std::move(peer));
  }
  return peers;
}

}  // namespace weir

#include "weir/net/endpoint.h"

#include <algorithm>

#include "weir/net/connection.h"
#include "weir/net/dialer.h"
#include "weir/net/lane.h"
#include "weir/net/lazy_dialer.h"
#include "weir/net/listener.h"
#include "weir/net/net.h"
#include "weir/net/peer_limit.h"
#include "weir/net/rate_limit.h"
#include "weir/net/tls_endpoint.h"
#include "weir/ring/ring.h"

namespace weir {

Endpoint::Endpoint(Net& net, EndpointOptions const& options)
    : net_(net),
      options_(options),
      queue_bytes_max_(options.queue_bytes_max > 0 ? options.queue_bytes_max
                                                   : net.limits().egress_hard_limit_bytes) {
  WEIR_ASSERT(queue_bytes_max_ <= net.limits().egress_hard_limit_bytes);
  WEIR_ASSERT((options.framing == Framing::custom) == (options.custom != nullptr));
  auto rates = std::make_unique<RateLimit>(options);
  if (options.connections_per_peer_max > 0 || rates->peer_rate().limited())
    peer_limit_ = std::make_unique<PeerLimit>(rates->peer_rate());
  if (rates->active()) rate_limit_ = std::move(rates);
  if (options.tls != nullptr) use_tls(*options.tls);
}

Endpoint::~Endpoint() { WEIR_ASSERT(connections_.empty()); }

void Endpoint::start_listening(int descriptor, Address const& address) {
  listener_ = std::make_unique<Listener>(*this, descriptor, address);
  check_tls_role();
}

void Endpoint::start_dialing() {
  dialer_ = std::make_unique<Dialer>(*this);
  check_tls_role();
}

Address const& Endpoint::address() const {
  WEIR_ASSERT(listener_ != nullptr);  // a dialer has none
  return listener_->address();
}

ConnectionId Endpoint::dial(Address const& address) {
  WEIR_ASSERT(dialer_ != nullptr);  // a listener does not dial
  return dialer_->dial(address);
}

Result<ConnectionId> Endpoint::adopt(int descriptor) {
  Result<void> const taken = net_.ring().kernel().adopt(descriptor);
  if (!taken) return taken.error();
  bool const full = net_.table_is_full();
  Connection& connection = net_.begin(*this);
  if (stopping_) {
    connection.start_failed(*this, CloseReason::stopped, descriptor);
  } else if (full) {
    connection.start_failed(*this, CloseReason::too_many_connections, descriptor);
  } else {
    connection.start_accepted(*this, descriptor);
  }
  return connection.id();
}

void Endpoint::close(ConnectionId id, CloseReason reason) {
  Connection* const connection = find(id);
  if (connection != nullptr) connection->finish(reason, Connection::Rest::drop);
}

void Endpoint::finish_sending(ConnectionId id) {
  Connection* const connection = find(id);
  if (connection != nullptr) connection->finish_sending();
}

Result<Address> Endpoint::peer_address(ConnectionId id) const {
  Connection const* const connection = find(id);
  if (connection == nullptr || connection->descriptor() < 0)
    return Error{0, "peer_address: this connection has ended"};
  return net_.ring().kernel().peer_address(connection->descriptor());
}

std::uint64_t Endpoint::waiting_bytes(ConnectionId id) const {
  Connection const* const connection = find(id);
  return connection == nullptr ? 0 : connection->pressure().waiting;
}

void Endpoint::use_tls(TlsContext& context) {
  if (tls_ != nullptr) {
    WEIR_ASSERT(&tls_->context() == &context);
    return;
  }
  WEIR_ASSERT(connections_.empty());  // they have begun without
  tls_ = std::make_unique<TlsEndpoint>(context);
  check_tls_role();
}

void Endpoint::check_tls_role() const {
  if (tls_ == nullptr) return;
  TlsContext::Role const role = tls_->context().role();
  WEIR_ASSERT(listener_ == nullptr || role == TlsContext::Role::server);
  WEIR_ASSERT(dialer_ == nullptr || role == TlsContext::Role::client);
}

TlsPeer const* Endpoint::tls_peer(ConnectionId id) const {
  Connection const* const connection = find(id);
  return connection == nullptr ? nullptr : connection->tls_peer();
}

// Those that are open already come first, as their events do.
void Endpoint::tell_tls_peers() {
  WEIR_ASSERT(tls_ != nullptr);
  tls_->tell_peers();
  for (Connection* one = connections_.front(); one != nullptr; one = connections_.next(*one))
    if (one->state() == Connection::State::open) tls_->opened(*one->tls_peer());
}

TlsPeer Endpoint::take_tls_peer() { return tls_->take_peer(); }

Connection* Endpoint::find(ConnectionId id) const {
  Connection* const connection = net_.find(id);
  if (connection == nullptr || !connection->is_alive()) return nullptr;
  return &connection->endpoint() == this ? connection : nullptr;
}

// The graph that reads its frames or its events; until there is one, the first that sends.
Lane& Endpoint::use_lane_of(Graph& graph, Reads reads) {
  Lane& lane = net_.lane_of(graph);
  if (&lane == lane_) {
    reads_ = reads_ || reads == Reads::yes;
    return lane;
  }
  if (lane_ != nullptr && reads == Reads::no) return lane;
  WEIR_ASSERT(!reads_);  // one endpoint is read by one graph
  // What was received for one graph must not wait in the lane of another.
  WEIR_ASSERT(lane_ == nullptr || connections_.empty());
  if (lane_ != nullptr) lane_->remove(*this);
  lane_ = &lane;
  reads_ = reads == Reads::yes;
  lane.add(*this);
  change_connections();
  return lane;
}

bool Endpoint::uses(Graph const& graph) const {
  return lane_ != nullptr && &lane_->graph() == &graph;
}

void Endpoint::change_connections() {
  for (Connection* one = connections_.front(); one != nullptr; one = connections_.next(*one))
    net_.change(*one);
}

void Endpoint::connection_opened(Connection& connection) {
  events_.add({connection.id(), ConnectionEvent::Kind::opened, CloseReason::peer_closed});
  if (rate_limit_ != nullptr) {
    ConnectionId const id = connection.id();
    TokenBucket* const peer = peer_limit_ == nullptr ? nullptr : peer_limit_->bucket_of(id);
    note_over_rate(rate_limit_->begin(connection, peer, net_.ring().clock().now()));
  }
  if (watch_.active()) net_.note_deadline(watch_.begin(connection, net_.ring().clock().now()));
  if (tls_ != nullptr) tls_->opened(*connection.tls_peer());
  if (lazy_ != nullptr) lazy_->opened(connection);
}

void Endpoint::connection_ended(Connection& connection) {
  WEIR_ASSERT(connection_count_ > 0);
  --connection_count_;
  Connections<On::endpoint>::remove(connection);
  if (peer_limit_ != nullptr) peer_limit_->leave(connection.id(), net_.ring().clock().now());
  if (lazy_ != nullptr) lazy_->ended(connection);
  events_.add({connection.id(), ConnectionEvent::Kind::closed, connection.reason()});
}

void Endpoint::descriptor_freed() {
  if (listener_ != nullptr) listener_->descriptor_freed();
}

// A peer that is gone already is found out soon enough.
bool Endpoint::may_accept_from(ConnectionId id, int descriptor) {
  if (peer_limit_ == nullptr) return true;
  Result<Address> const peer = net_.ring().kernel().peer_address(descriptor);
  return !peer || peer_limit_->enter(id, peer.value(), options_.connections_per_peer_max);
}

bool Endpoint::counts_as_over_rate(Connection& connection, std::uint32_t bytes) {
  return note_over_rate(rate_limit_->received(connection, bytes, net_.ring().clock().now()));
}

bool Endpoint::note_over_rate(Instant look_at) {
  if (look_at == never) return false;
  ++net_.counters().over_rate;
  net_.note_deadline(look_at);
  return true;
}

// ---- its end ------------------------------------------------------------------------------------

void Endpoint::stop(Instant deadline) {
  stopping_ = true;
  stop_deadline_ = std::min(stop_deadline_, deadline);
  net_.note_deadline(stop_deadline_);
  if (listener_ != nullptr) listener_->stop();
  if (lazy_ != nullptr) lazy_->stop();
  for (Connection* one = connections_.front(); one != nullptr; one = connections_.next(*one))
    one->finish(CloseReason::stopped, Connection::Rest::deliver);
}

bool Endpoint::stopped() const { return is_closed() && events_.empty(); }

bool Endpoint::is_closed() const {
  if (!stopping_ || !connections_.empty()) return false;
  return listener_ == nullptr || listener_->stopped();
}

void Endpoint::fail() {
  stopping_ = true;
  if (listener_ != nullptr) listener_->stop();
  if (lazy_ != nullptr) lazy_->stop();
  terminate_all(CloseReason::flow_failed);
  change_connections();
}

void Endpoint::terminate_all(CloseReason reason) {
  for (Connection* one = connections_.front(); one != nullptr; one = connections_.next(*one))
    if (one->is_alive()) one->terminate(reason);
}

// ---- what it needs ------------------------------------------------------------------------------

void Endpoint::settle() {
  if (tls_ != nullptr) tls_->begin_turn();
  if (listener_ != nullptr) listener_->settle();
}

bool Endpoint::may_sleep() const { return listener_ == nullptr || listener_->may_sleep(); }

Instant Endpoint::check_deadlines(Instant now) {
  Instant next = never;
  if (dialer_ != nullptr) next = dialer_->check_deadlines(now);
  if (lazy_ != nullptr) next = std::min(next, lazy_->check_deadlines(now));
  if (watch_.active()) next = std::min(next, watch_.check(now));
  if (rate_limit_ != nullptr) next = std::min(next, rate_limit_->check(now));
  if (tls_ != nullptr) next = std::min(next, tls_->check_deadlines(now));
  if (egress_.full_deadline() <= now) egress_.close_slow();
  next = std::min(next, egress_.full_deadline());
  if (listener_ != nullptr) {
    if (listener_->retry_deadline() <= now) listener_->descriptor_freed();
    next = std::min(next, listener_->retry_deadline());
  }
  if (stop_deadline_ <= now) {
    stop_deadline_ = never;
    terminate_all(CloseReason::stopped);
  }
  return std::min(next, stop_deadline_);
}

}  // namespace weir

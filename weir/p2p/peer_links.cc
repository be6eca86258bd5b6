#include "weir/p2p/peer_links.h"

#include <utility>

#include "weir/base/assert.h"
#include "weir/net/endpoint.h"

namespace weir {

PeerLinks::PeerLinks(Endpoint* listener, Endpoint* dialer) : listener_(listener), dialer_(dialer) {
  WEIR_ASSERT(listener_ != nullptr || dialer_ != nullptr);
}

bool PeerLinks::is_dialled(ConnectionId connection) const {
  return dialer_ != nullptr && dialer_->find(connection) != nullptr;
}

PeerNumber PeerLinks::add(Known known) {
  if (!free_.empty()) {
    PeerNumber const peer = free_.back();
    free_.pop_back();
    peers_[peer] = std::move(known);
    return peer;
  }
  peers_.push_back(std::move(known));
  return static_cast<PeerNumber>(peers_.size() - 1);
}

PeerNumber PeerLinks::peer_at(Address const& address) {
  auto const known = by_address_.find(address);
  if (known != by_address_.end()) return known->second;
  PeerNumber const peer = add(Known(address));
  by_address_.emplace(address, peer);
  return peer;
}

bool PeerLinks::connect(PeerNumber number) {
  WEIR_ASSERT(number < peers_.size());
  Known& peer = peers_[number];
  if (peer.connection.valid()) return true;
  if (!peer.has_address || dialer_ == nullptr) return false;
  peer.connection = dialer_->dial(peer.address);
  peer.opened = false;
  by_connection_.emplace(peer.connection, number);
  return true;
}

PeerNumber PeerLinks::peer_of(ConnectionId connection) {
  auto const known = by_connection_.find(connection);
  if (known != by_connection_.end()) return known->second;
  PeerNumber const number = add(Known());
  peers_[number].connection = connection;
  by_connection_.emplace(connection, number);
  return number;
}

ConnectionId PeerLinks::connection_of(PeerNumber peer) const {
  return peer < peers_.size() ? peers_[peer].connection : ConnectionId();
}

LinkNews PeerLinks::note(ConnectionEvent const& event) {
  PeerNumber const number = peer_of(event.connection);
  Known& peer = peers_[number];
  if (event.kind == ConnectionEvent::Kind::opened) {
    peer.opened = true;
    return {.peer = number, .change = LinkChange::opened};
  }
  if (event.kind != ConnectionEvent::Kind::closed) return {};
  LinkNews const news{.peer = number,
                      .change = peer.opened ? LinkChange::ended : LinkChange::failed,
                      .reason = event.reason,
                      .has_gone = !peer.has_address};
  by_connection_.erase(event.connection);
  peer.connection = ConnectionId();
  peer.opened = false;
  return news;
}

void PeerLinks::release(PeerNumber peer) {
  WEIR_ASSERT(!peers_[peer].has_address && !peers_[peer].connection.valid());
  free_.push_back(peer);
}

Endpoint* PeerLinks::endpoint_of(ConnectionId connection) const {
  for (Endpoint* const endpoint : {dialer_, listener_}) {
    if (endpoint != nullptr && endpoint->find(connection) != nullptr) return endpoint;
  }
  return nullptr;
}

void PeerLinks::close(PeerNumber peer, CloseReason reason) {
  Endpoint* const endpoint = endpoint_of(connection_of(peer));
  if (endpoint != nullptr) endpoint->close(connection_of(peer), reason);
}

std::uint64_t PeerLinks::waiting_bytes(ConnectionId connection) const {
  Endpoint const* const endpoint = endpoint_of(connection);
  return endpoint == nullptr ? 0 : endpoint->waiting_bytes(connection);
}

std::string PeerLinks::text(PeerNumber number) const {
  if (number >= peers_.size()) return "nobody";
  Known const& peer = peers_[number];
  if (peer.has_address) return peer.address.text();
  Endpoint const* const endpoint = endpoint_of(peer.connection);
  if (endpoint == nullptr) return "a peer that has gone";
  Result<Address> const from = endpoint->peer_address(peer.connection);
  return from.ok() ? from.value().text() : "a peer that has gone";
}

}  // namespace weir

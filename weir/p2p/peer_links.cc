#include "weir/p2p/peer_links.h"

#include <algorithm>
#include <utility>

#include "weir/base/assert.h"
#include "weir/crypto/tls_context.h"
#include "weir/net/endpoint.h"
#include "weir/p2p/peer_store.h"

namespace weir {

PeerLinks::PeerLinks(Endpoint* listener, Endpoint* dialer) : listener_(listener), dialer_(dialer) {
  WEIR_ASSERT(listener_ != nullptr || dialer_ != nullptr);
}

void PeerLinks::identify(PeerId const& self, AccessRules const& rules, Clock const& clock) {
  WEIR_ASSERT(by_connection_.empty());
  self_ = self;
  rules_ = &rules;
  clock_ = &clock;
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

PeerNumber PeerLinks::current(PeerNumber peer) const {
  // Ends: a number means one that was found later, and never itself.
  while (peer < peers_.size() && peers_[peer].means != no_number) peer = peers_[peer].means;
  return peer;
}

PeerNumber PeerLinks::peer_at(Address const& address) {
  auto const known = by_address_.find(address);
  if (known != by_address_.end()) return current(known->second);
  PeerNumber const peer = add(Known(address));
  by_address_.emplace(address, peer);
  return peer;
}

PeerNumber PeerLinks::peer_at(PeerUrl const& url) {
  if (!url.peer || rules_ == nullptr) return peer_at(url.address);
  auto const known = by_id_.find(*url.peer);
  PeerNumber peer = known != by_id_.end() ? known->second : no_number;
  if (peer == no_number) {
    auto const there = by_address_.find(url.address);
    if (there != by_address_.end()) peer = current(there->second);
    // Somebody else was there, and may be found elsewhere.
    if (peer != no_number && peers_[peer].has_id) peer = no_number;
    if (peer == no_number) peer = add(Known(url.address));
    by_id_.emplace(*url.peer, peer);
  }
  Known& one = peers_[peer];
  one.address = url.address;
  one.has_address = one.has_id = one.demands_id = true;
  one.id = *url.peer;
  by_address_[url.address] = peer;
  return peer;
}

bool PeerLinks::connect(PeerNumber number) {
  WEIR_ASSERT(number < peers_.size());
  number = current(number);
  Known& peer = peers_[number];
  if (peer.connection.valid() || peer.dialling.valid()) return true;
  if (!peer.has_address || dialer_ == nullptr) return false;
  if (peer.has_id && is_banned(peer.id)) return false;
  peer.dialling = dialer_->dial(peer.address);
  by_connection_.emplace(peer.dialling, Seen{number, false});
  return true;
}

ConnectionId PeerLinks::connection_of(PeerNumber number) const {
  if (number >= peers_.size()) return {};
  Known const& peer = peers_[current(number)];
  return peer.connection.valid() ? peer.connection : peer.dialling;
}

PeerId const* PeerLinks::id_of(PeerNumber number) const {
  if (number >= peers_.size()) return nullptr;
  Known const& peer = peers_[current(number)];
  return peer.has_id ? &peer.id : nullptr;
}

// ---- who that is --------------------------------------------------------------------------------

bool PeerLinks::is_let_in(ConnectionId connection) {
  Seen const& seen = look_at(connection);
  return seen.peer != no_number && peers_[seen.peer].connection == connection;
}

PeerNumber PeerLinks::peer_of(ConnectionId connection) {
  PeerNumber const peer = look_at(connection).peer;
  WEIR_ASSERT(peer != no_number);
  return peer;
}

// Something has come of it: its event `opened`, or a frame of the same tick.
PeerLinks::Seen& PeerLinks::look_at(ConnectionId connection) {
  Seen& seen = by_connection_[connection];
  if (std::exchange(seen.looked_at, true)) return seen;
  if (rules_ != nullptr) {
    identify_peer(seen, connection);
    return seen;
  }
  if (seen.peer == no_number) seen.peer = add(Known());
  take_over(seen.peer, connection, no_number);
  return seen;
}

void PeerLinks::identify_peer(Seen& seen, ConnectionId connection) {
  Endpoint const* const endpoint = endpoint_of(connection);
  TlsPeer const* const shown = endpoint == nullptr ? nullptr : endpoint->tls_peer(connection);
  if (shown == nullptr || !shown->key)
    return refuse(seen, connection, CloseReason::credentials_missing, counters_.nobody);
  PeerId const id{*shown->key};
  if (id == self_) return refuse(seen, connection, CloseReason::duplicate, counters_.ourselves);
  if (rules_->decide(id) != Access::granted)
    return refuse(seen, connection, CloseReason::credentials_wrong, counters_.refused);
  if (is_banned(id)) return refuse(seen, connection, CloseReason::malformed, counters_.banned);
  PeerNumber const was = seen.peer;
  if (was != no_number && peers_[was].demands_id && peers_[was].id != id)
    return refuse(seen, connection, CloseReason::credentials_wrong, counters_.impostors);
  seen.peer = peer_with(id, was);
  take_over(seen.peer, connection, was == seen.peer ? no_number : was);
}

// The number of that key; `dialled`, the number under which it was dialled, means it from now on.
PeerNumber PeerLinks::peer_with(PeerId const& id, PeerNumber dialled) {
  auto const known = by_id_.find(id);
  PeerNumber peer = known != by_id_.end() ? known->second : no_number;
  if (peer == dialled && peer != no_number) return peer;
  if (peer == no_number && dialled != no_number && !peers_[dialled].has_id) peer = dialled;
  if (peer == no_number) peer = add(Known());
  by_id_[id] = peer;
  peers_[peer].has_id = true;
  peers_[peer].id = id;
  if (dialled == no_number || dialled == peer) return peer;
  Known& other = peers_[dialled];
  Known& one = peers_[peer];
  one.address = other.address;
  one.has_address = true;
  // (Another one was there before, which is not to be found there any more.)
  if (other.has_id) by_id_.erase(other.id);
  other.has_id = false;
  other.means = peer;
  other.dialling = ConnectionId();
  return peer;
}

// Of two connections of the same peer. Both sides decide alike: the one stays that the smaller of
// them has dialled; of two that the same one has, the later.
bool PeerLinks::keeps_new(PeerNumber peer, ConnectionId is, ConnectionId comes) const {
  bool const was_ours = is_dialled(is);
  bool const ours = is_dialled(comes);
  if (was_ours == ours) return true;
  return ours == (self_ < peers_[peer].id);
}

// The connection is that of the peer, if it has none, or not a better one.
void PeerLinks::take_over(PeerNumber number, ConnectionId connection, PeerNumber was) {
  Known& peer = peers_[number];
  if (peer.dialling == connection) peer.dialling = ConnectionId();
  bool const has_one = peer.connection.valid() && peer.connection != connection;
  if (has_one && !keeps_new(number, peer.connection, connection)) {
    ++counters_.duplicates;
    if (Endpoint* const endpoint = endpoint_of(connection))
      endpoint->close(connection, CloseReason::duplicate);
    if (was == no_number) return;
    news_.push_back(
        {.peer = number, .change = LinkChange::opened, .was = was, .connection = peer.connection});
    return;
  }
  if (has_one) {
    ++counters_.duplicates;
    if (Endpoint* const endpoint = endpoint_of(peer.connection))
      endpoint->close(peer.connection, CloseReason::duplicate);
    if (peer.opened) {
      news_.push_back({.peer = number,
                       .change = LinkChange::ended,
                       .reason = CloseReason::duplicate,
                       .connection = peer.connection});
    }
  }
  peer.connection = connection;
  peer.opened = rules_ != nullptr;
  if (!peer.opened) return;  // its event says so
  news_.push_back(
      {.peer = number, .change = LinkChange::opened, .was = was, .connection = connection});
}

void PeerLinks::refuse(Seen& seen, ConnectionId connection, CloseReason reason,
                       std::uint64_t& counter) {
  ++counter;
  if (Endpoint* const endpoint = endpoint_of(connection)) endpoint->close(connection, reason);
  PeerNumber const number = std::exchange(seen.peer, no_number);
  if (number == no_number) return;
  Known& peer = peers_[number];
  if (peer.dialling == connection) peer.dialling = ConnectionId();
  if (peer.connection.valid()) return;  // it has come to us meanwhile
  news_.push_back(
      {.peer = number, .change = LinkChange::failed, .reason = reason, .connection = connection});
}

// ---- news ---------------------------------------------------------------------------------------

std::vector<LinkNews> PeerLinks::note(ConnectionEvent const& event) {
  if (event.kind == ConnectionEvent::Kind::closed) {
    note_closed(event);
  } else if (event.kind == ConnectionEvent::Kind::opened) {
    Seen const& seen = look_at(event.connection);
    if (seen.peer != no_number && !peers_[seen.peer].opened &&
        peers_[seen.peer].connection == event.connection) {
      peers_[seen.peer].opened = true;
      news_.push_back(
          {.peer = seen.peer, .change = LinkChange::opened, .connection = event.connection});
    }
  }
  return std::exchange(news_, {});
}

void PeerLinks::note_closed(ConnectionEvent const& event) {
  auto const known = by_connection_.find(event.connection);
  if (known == by_connection_.end()) return;  // it has never been more than an attempt
  PeerNumber const number = known->second.peer;
  by_connection_.erase(known);
  if (number == no_number) return;  // refused, which has been told
  Known& peer = peers_[number];
  if (peer.dialling == event.connection) {
    peer.dialling = ConnectionId();
    if (peer.connection.valid()) return;  // by another way
    news_.push_back({.peer = number,
                     .change = LinkChange::failed,
                     .reason = event.reason,
                     .connection = event.connection});
    return;
  }
  if (peer.connection != event.connection) return;  // a duplicate
  bool const has_gone = !peer.has_address;
  news_.push_back({.peer = number,
                   .change = peer.opened ? LinkChange::ended : LinkChange::failed,
                   .reason = event.reason,
                   .has_gone = has_gone,
                   .connection = event.connection});
  peer.connection = ConnectionId();
  peer.opened = false;
  // Whoever comes with this key before the news are read is another one: this number is given up.
  if (has_gone && peer.has_id) by_id_.erase(peer.id);
}

void PeerLinks::release(PeerNumber peer) {
  WEIR_ASSERT(!peers_[peer].has_address && !peers_[peer].connection.valid());
  peers_[peer] = Known();
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

// ---- bans ---------------------------------------------------------------------------------------

void PeerLinks::ban(PeerNumber number) {
  PeerId const* const id = id_of(number);
  if (id == nullptr || clock_ == nullptr) return;
  Instant const now = clock_->now();
  if (bans_.size() >= bans_max) {
    std::erase_if(bans_, [&](auto const& one) { return one.second <= now; });
    if (bans_.size() >= bans_max) {
      bans_.erase(std::min_element(bans_.begin(), bans_.end(), [](auto const& a, auto const& b) {
        return a.second < b.second;
      }));
    }
  }
  bans_[*id] = now + ban_time;
}

bool PeerLinks::is_banned(PeerId const& id) const {
  auto const ban = bans_.find(id);
  return ban != bans_.end() && clock_->now() < ban->second;
}

std::uint64_t PeerLinks::waiting_bytes(ConnectionId connection) const {
  Endpoint const* const endpoint = endpoint_of(connection);
  return endpoint == nullptr ? 0 : endpoint->waiting_bytes(connection);
}

std::string PeerLinks::address_text(PeerNumber number) const {
  Known const& peer = peers_[current(number)];
  if (peer.has_address) return peer.address.text();
  Endpoint const* const endpoint = endpoint_of(peer.connection);
  if (endpoint == nullptr) return {};
  Result<Address> const from = endpoint->peer_address(peer.connection);
  return from.ok() ? from.value().text() : std::string();
}

std::string PeerLinks::text(PeerNumber number) const {
  if (number >= peers_.size()) return "nobody";
  Known const& peer = peers_[current(number)];
  std::string const address = address_text(number);
  std::string const id = peer.has_id ? peer.id.short_text() + " " : std::string();
  return id + (address.empty() ? "a peer that has gone" : address);
}

}  // namespace weir

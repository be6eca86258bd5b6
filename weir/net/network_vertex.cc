#include "weir/net/network_vertex.h"

#include <utility>

#include "weir/base/assert.h"
#include "weir/net/net.h"

namespace weir {

NetworkVertex::NetworkVertex(Graph& graph, Endpoint* listener, Endpoint& dialer)
    : sides_{{{listener}, {&dialer}}} {
  inbound_.run = &NetworkVertex::run_inbound;
  inbound_.self = this;
  inbound_.name = "vertex inbound";
  graph.add(inbound_);
  graph.connect(&inbound_, received_, nullptr);
  graph.connect(&inbound_, events_, nullptr);

  outbound_.run = &NetworkVertex::run_outbound;
  outbound_.end_tick = [](void* self) { static_cast<NetworkVertex*>(self)->encoder_.end_tick(); };
  outbound_.self = this;
  outbound_.name = "vertex outbound";
  outbound_.stratum = stratum_last;  // whoever sends may be in any
  graph.add(outbound_);
  graph.connect(nullptr, to_send_, &outbound_);
  graph.connect(nullptr, to_answer_, &outbound_);

  for (Side& side : sides_) {
    if (side.endpoint != nullptr) add(graph, side);
  }
}

void NetworkVertex::add(Graph& graph, Side& side) {
  side.endpoint->events().attach(graph, inbound_);
  side.endpoint->ingress().attach(graph, inbound_);
  side.frames = &side.endpoint->egress().connect(graph, outbound_);
}

Address const& NetworkVertex::address() const {
  WEIR_ASSERT(sides_[0].endpoint != nullptr);  // one that does not listen has none
  return sides_[0].endpoint->address();
}

// ---- in -----------------------------------------------------------------------------------------

// All events first: who sends has a number by then.
Status NetworkVertex::run_inbound(void* self, Activation& activation) {
  NetworkVertex& vertex = *static_cast<NetworkVertex*>(self);
  bool done = true;
  for (Side& side : vertex.sides_) {
    if (side.endpoint == nullptr) continue;
    done =
        side.endpoint->events().drain(
            [&](ConnectionEvent const& event) { vertex.note(event, side); }, activation.budget) &&
        done;
  }
  if (!done) return Status::yielded;
  for (Side& side : vertex.sides_) {
    if (side.endpoint == nullptr) continue;
    done = side.endpoint->ingress().drain([&](Frame const& frame) { vertex.receive(frame, side); },
                                          activation.budget) &&
           done;
  }
  return done ? Status::done : Status::yielded;
}

void NetworkVertex::note(ConnectionEvent const& event, Side& side) {
  std::uint32_t const peer = number_for(event.connection, side);
  if (peer == 0) return side.endpoint->close(event.connection, CloseReason::too_many_connections);
  if (events_.reader != nullptr) events_.push(PeerEvent{peer, event.kind, event.reason});
  if (event.kind != ConnectionEvent::Kind::closed) return;
  routes_.erase(peer);
  peers_.erase(event.connection);
}

void NetworkVertex::receive(Frame const& frame, Side& side) {
  if (frame.first != latest_) {
    auto const known = peers_.find(frame.first);
    if (known == peers_.end()) return;  // there was no number left for it
    latest_ = frame.first;
    latest_peer_ = known->second;
  }
  std::optional<Message> const message = MessageCodec().decode(frame.second);
  if (!message) side.endpoint->close(frame.first, CloseReason::malformed);
  else if (received_.reader != nullptr) received_.push(PeerMessage{latest_peer_, *message});
}

// ---- out ----------------------------------------------------------------------------------------

Status NetworkVertex::run_outbound(void* self, Activation& activation) {
  NetworkVertex& vertex = *static_cast<NetworkVertex*>(self);
  bool done = vertex.to_send_.drain(
      [&](Message const& message) { vertex.send(message.address, message); }, activation.budget);
  done = vertex.to_answer_.drain(
             [&](PeerMessage const& answer) { vertex.send(answer.peer, answer.message); },
             activation.budget) &&
         done;
  return done ? Status::done : Status::yielded;
}

void NetworkVertex::send(std::uint32_t address, Message const& message) {
  std::uint32_t peer = address;
  if (address < first_peer) {
    auto const name = names_.find(address);
    if (name != names_.end()) peer = name->second;
  }
  Route const* const route = find(peer);
  if (route != nullptr) {
    route->side->frames->push(Frame{route->connection, encoder_.encode(message)});
  } else {
    ++sides_[1].endpoint->net().counters().frames_dropped;
  }
}

// ---- peers --------------------------------------------------------------------------------------

std::uint32_t NetworkVertex::number_for(ConnectionId connection, Side& side) {
  auto const known = peers_.find(connection);
  if (known != peers_.end()) return known->second;
  if (next_peer_ == 0) return 0;  // it has wrapped around
  std::uint32_t const peer = next_peer_++;
  peers_.emplace(connection, peer);
  routes_.emplace(peer, Route{connection, &side});
  return peer;
}

NetworkVertex::Route const* NetworkVertex::find(std::uint32_t peer) const {
  auto const found = routes_.find(peer);
  return found == routes_.end() ? nullptr : &found->second;
}

std::uint32_t NetworkVertex::connect(Address const& peer) {
  if (next_peer_ == 0) return 0;
  return number_for(sides_[1].endpoint->dial(peer), sides_[1]);
}

Result<std::uint32_t> NetworkVertex::adopt(int descriptor) {
  if (next_peer_ == 0) return Error{0, "take over a socket: this vertex has had too many peers"};
  Result<ConnectionId> const adopted = sides_[1].endpoint->adopt(descriptor);
  if (!adopted) return adopted.error();
  return number_for(adopted.value(), sides_[1]);
}

void NetworkVertex::bind(std::uint32_t name, std::uint32_t peer) {
  WEIR_ASSERT(name < first_peer);
  WEIR_ASSERT(peer >= first_peer);
  names_[name] = peer;
}

void NetworkVertex::close(std::uint32_t peer, CloseReason reason) {
  Route const* const route = find(peer);
  if (route != nullptr) route->side->endpoint->close(route->connection, reason);
}

Result<Address> NetworkVertex::peer_address(std::uint32_t peer) const {
  Route const* const route = find(peer);
  if (route == nullptr) return Error{0, "peer_address: this peer has gone"};
  return route->side->endpoint->peer_address(route->connection);
}

// ---- making -------------------------------------------------------------------------------------

namespace {

NetworkVertex& add(Net& net, Graph& graph, Endpoint* listener, EndpointOptions const& options) {
  WEIR_ASSERT(options.framing == Framing::length_prefixed);  // a message is such a frame's payload
  auto made = make_owner<NetworkVertex>(graph, listener, net.make_dialer(options));
  NetworkVertex& vertex = *made;
  graph.adopt(std::move(made));
  return vertex;
}

}  // namespace

Result<NetworkVertex*> add_network_vertex(Net& net, Graph& graph, Address const& at,
                                          EndpointOptions const& options) {
  Result<Endpoint*> const listener = net.listen(at, options);
  if (!listener) return listener.error();
  return &add(net, graph, listener.value(), options);
}

NetworkVertex& add_network_vertex(Net& net, Graph& graph, EndpointOptions const& options) {
  return add(net, graph, nullptr, options);
}

}  // namespace weir

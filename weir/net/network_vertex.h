// A network vertex: one node of a network, in a graph of the Core API. All that comes in, from
// whomever, comes in at one port; what goes out is addressed.
//
//   NetworkVertex& vertex = *add_network_vertex(net, graph, Address::loopback(7000)).value();
//   graph.make_subgraph("echo", 0, {&vertex.received()}, {&vertex.to_answer()}, ...);
//
// Each connection has a number, its peer's: given when it is accepted, dialled or adopted, and
// never again to another one, so a late answer reaches nobody rather than somebody else. It comes
// beside each message; the message is as its sender wrote it, address and all.
//
//   received     {peer, message}      from all
//   to_answer    {peer, message}      to that peer
//   to_send      message              to whom its address means: a peer's number, or a name that
//   was
//                                     bound to one
//   events       {peer, kind, reason} who came, went, and why
//
// Numbers begin at 2^24; what is below is free for names. A name may be bound again, when its peer
// was dialled anew, say. What is addressed to nobody, or to somebody who has gone, is dropped and
// counted (frames_dropped); what comes while nobody reads a port is dropped. A peer that sends what
// holds no message is closed (malformed). All else is as with any connection: endpoint.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "weir/base/result.h"
#include "weir/net/close_reason.h"
#include "weir/net/connection_id.h"
#include "weir/net/endpoint.h"
#include "weir/net/message.h"
#include "weir/ring/address.h"
#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"

namespace weir {

class Net;

struct PeerMessage {
  static constexpr bool borrows = true;
  std::uint32_t peer = 0;
  Message message;
};

struct PeerEvent {
  std::uint32_t peer = 0;
  ConnectionEvent::Kind kind = ConnectionEvent::Kind::opened;
  CloseReason reason = CloseReason::peer_closed;  // of closed

  friend constexpr bool operator==(PeerEvent const&, PeerEvent const&) = default;
};

class NetworkVertex final : public Program {
 public:
  static constexpr std::uint32_t first_peer = 1u << 24;

  // See add_network_vertex. `listener` may be null.
  NetworkVertex(Graph& graph, Endpoint* listener, Endpoint& dialer);

  // ---- ports, to be connected between ticks
  Handoff<PeerMessage>& received() { return received_; }
  Handoff<PeerEvent>& events() { return events_; }
  Handoff<Message>& to_send() { return to_send_; }
  Handoff<PeerMessage>& to_answer() { return to_answer_; }

  // ---- peers, at any time
  // Where it listens, its port number filled in.
  Address const& address() const;
  // Returns at once; what is sent meanwhile waits. 0 when all numbers have been given.
  std::uint32_t connect(Address const& peer);
  // Takes over a connected TCP socket; fails, and leaves it alone, when it is something else.
  Result<std::uint32_t> adopt(int descriptor);
  // Messages to `name`, which is below first_peer, go to `peer` from now on.
  void bind(std::uint32_t name, std::uint32_t peer);
  void close(std::uint32_t peer, CloseReason reason = CloseReason::closed_by_flow);
  // Who that is; fails when it has gone.
  Result<Address> peer_address(std::uint32_t peer) const;
  // Those that have not gone.
  std::size_t peer_count() const { return routes_.size(); }

 private:
  // One of the two endpoints. The vertex listens at the first and dials at the second.
  struct Side {
    Endpoint* endpoint = nullptr;
    Handoff<Frame>* frames = nullptr;
  };
  struct Route {
    ConnectionId connection;
    Side* side = nullptr;
  };

  static Status run_inbound(void* self, Activation& activation);
  static Status run_outbound(void* self, Activation& activation);
  void add(Graph& graph, Side& side);
  void note(ConnectionEvent const& event, Side& side);
  void receive(Frame const& frame, Side& side);
  void send(std::uint32_t address, Message const& message);
  // 0 when all have been given.
  std::uint32_t number_for(ConnectionId connection, Side& side);
  Route const* find(std::uint32_t peer) const;

  std::array<Side, 2> sides_;
  Handoff<PeerMessage> received_{"vertex received"};
  Handoff<PeerEvent> events_{"vertex events"};
  Handoff<Message> to_send_{"vertex to send"};
  Handoff<PeerMessage> to_answer_{"vertex to answer"};
  Subgraph inbound_;
  Subgraph outbound_;
  MessageEncoder encoder_;

  std::uint32_t next_peer_ = first_peer;
  std::unordered_map<std::uint32_t, Route> routes_;  // by peer
  std::unordered_map<ConnectionId, std::uint32_t> peers_;
  std::unordered_map<std::uint32_t, std::uint32_t> names_;
  // Whom the latest frame was from: the next one often is from the same.
  ConnectionId latest_;
  std::uint32_t latest_peer_ = 0;
};

// A vertex that listens, or one that only dials and adopts. The graph owns it.
Result<NetworkVertex*> add_network_vertex(Net& net, Graph& graph, Address const& at,
                                          EndpointOptions const& options = {});
NetworkVertex& add_network_vertex(Net& net, Graph& graph, EndpointOptions const& options = {});

}  // namespace weir

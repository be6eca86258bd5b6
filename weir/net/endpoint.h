// Where connections come from: a listener that accepts them, or a dialer that makes them; with what
// they share: their ingress into one graph, their egress, their events, and the policies they were
// given.
//
//   Endpoint& endpoint = *net.listen(address).value();
//   endpoint.ingress().attach(graph, reader);                 // frames in, as a source
//   Handoff<Frame>& out = endpoint.egress().connect(graph, writer);   // frames out
//
// Everything here belongs to the thread of its net and is called between steps or from a subgraph's
// run.
#pragma once

#include <cstdint>
#include <memory>

#include "weir/base/clock.h"
#include "weir/base/result.h"
#include "weir/net/close_reason.h"
#include "weir/net/connection_id.h"
#include "weir/net/connection_lists.h"
#include "weir/net/egress.h"
#include "weir/net/frame.h"
#include "weir/net/ingress.h"
#include "weir/ring/address.h"

namespace weir {

class Dialer;
class Listener;
class Net;

// What happens to a peer that lets more than egress_hard_limit_bytes wait.
enum class SlowPolicy : std::uint8_t {
  close,  // it is closed (slow)
  wait,   // everything that could send to this endpoint waits for it
};

struct EndpointOptions {
  Framing framing = Framing::length_prefixed;
  SlowPolicy slow_policy = SlowPolicy::close;
  // A peer that has sent its end is not closed once the tick that saw its last frame has answered
  // it; the flow is told (peer_finished) and closes it. For flows whose answers take several ticks.
  bool keep_half_open = false;
};

class Endpoint {
 public:
  Endpoint(Net& net, EndpointOptions const& options);
  ~Endpoint();
  Endpoint(Endpoint const&) = delete;
  Endpoint& operator=(Endpoint const&) = delete;

  Ingress& ingress() { return ingress_; }
  Egress& egress() { return egress_; }
  ConnectionEvents& events() { return events_; }

  // Of a listener: where it listens, its port number filled in.
  Address const& address() const;
  // Of a dialer; returns at once. Frames for the connection may be sent at once, too, and wait for
  // it. What goes wrong comes as an event: closed, with the reason.
  ConnectionId dial(Address const& address);
  // Takes over a connected socket that somebody else has accepted or connected: from then on it is
  // the net's, and closed by it. Fails, and leaves it alone, when it is no connected TCP socket.
  Result<ConnectionId> adopt(int descriptor);
  // Ends a connection once what was sent to it, in this tick included, has gone out. What it sends
  // is no longer looked at. Nothing happens if it has ended already.
  void close(ConnectionId id, CloseReason reason = CloseReason::closed_by_flow);
  // Who that is; fails when it has ended.
  Result<Address> peer_address(ConnectionId id) const;

  // Accepts and receives no more; answers what was received, sends what is queued, and closes
  // (stopped). What is not done by the deadline is cut off.
  void stop(Instant deadline);
  bool is_stopping() const { return stopping_; }
  // All of that has been done, and seen by the flow.
  bool stopped() const;
  // The same without regard to the flow.
  bool is_closed() const;
  std::uint32_t connection_count() const { return connection_count_; }

  // ---- for net
  Net& net() const { return net_; }
  EndpointOptions const& options() const { return options_; }
  Lane* lane() const { return lane_; }
  enum class Reads : std::uint8_t { no, yes };
  Lane& use_lane_of(Graph& graph, Reads reads);
  bool uses(Graph const& graph) const;
  // What arrives is dropped because no graph reads it; only the end is of interest.
  bool discards_input() const { return !ingress_.attached(); }
  Connections<On::endpoint>& connections() { return connections_; }
  Connection* find(ConnectionId id) const;
  void change_connections();
  void connection_began() { ++connection_count_; }
  void connection_ended(Connection& connection);
  void descriptor_freed();
  void start_listening(int descriptor, Address const& address);
  void start_dialing();
  // The flow behind it failed: everything ends at once.
  void fail();

  void settle();
  bool may_sleep() const;
  // Does what is due; returns when something will be.
  Instant check_deadlines(Instant now);

 private:
  void terminate_all(CloseReason reason);

  Net& net_;
  EndpointOptions const options_;
  Lane* lane_ = nullptr;
  bool reads_ = false;  // the graph of its lane reads what it receives, or its events
  Ingress ingress_{*this};
  Egress egress_{*this};
  ConnectionEvents events_{*this};
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Dialer> dialer_;
  Connections<On::endpoint> connections_;
  std::uint32_t connection_count_ = 0;
  bool stopping_ = false;
  Instant stop_deadline_ = never;
};

}  // namespace weir

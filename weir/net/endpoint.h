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
#include "weir/net/silence_watch.h"
#include "weir/ring/address.h"

namespace weir {

class Dialer;
class LazyDialer;
class Listener;
class Net;
class PeerLimit;
class RateLimit;
class TlsContext;
class TlsEndpoint;
struct TlsPeer;

// What happens to a peer that lets more than queue_bytes_max wait.
enum class SlowPolicy : std::uint8_t {
  close,  // it is closed (slow)
  wait,   // everything that could send to this endpoint waits for it
  // It stays, and whole frames are dropped and counted:
  drop_newest,  // what is sent to it meanwhile
  drop_oldest,  // what has waited longest and has not begun to be sent
};

struct EndpointOptions {
  Framing framing = Framing::length_prefixed;
  SlowPolicy slow_policy = SlowPolicy::close;
  // A peer that has sent its end is not closed once the tick that saw its last frame has answered
  // it; the flow is told (peer_finished) and closes it. For flows whose answers take several ticks.
  bool keep_half_open = false;
  // Of a listener: `shared` lets several workers listen on the same address (SO_REUSEPORT). Each
  // new connection is given to one of them, and only to those that all share.
  Sharing sharing = Sharing::alone;
  // Of Framing::custom: &custom_framing<YourStruct>.
  CustomFraming const* custom = nullptr;

  // How long a peer may be silent; silence_watch.h says how exactly. `never`: as long as it likes.
  Duration hello_time = never;  // from its beginning to its first byte: closed (hello_timeout)
  Duration idle_time = never;   // since its last byte: closed (idle_timeout)
  Duration frame_time = never;  // from the first byte of a frame to its last: closed (slow)

  // Of one connection: bytes that sends have left behind, above which slow_policy applies. 0: the
  // net's egress_hard_limit_bytes, which it may not exceed.
  std::uint64_t queue_bytes_max = 0;
  // Accepted from one address at the same time; who comes beyond is closed (too_many_from_peer). An
  // IPv6 address stands for its /64; UNIX sockets are not limited. 0: no limit.
  std::uint32_t connections_per_peer_max = 0;
  // What one connection may send, and those accepted from one address together (counted as above);
  // 0: as much as it likes. Whoever has sent more is not received from until its time has come;
  // nothing is lost or closed. So much more may come at once as is due in burst_time.
  std::uint64_t bytes_per_second_max = 0;
  std::uint64_t bytes_per_second_per_peer_max = 0;
  Duration burst_time = 1 * seconds;

  // Its connections speak TLS: a server's context for a listener, a client's for a dialer. It
  // outlives the endpoint. (source_tls and dest_tls say the same.)
  TlsContext* tls = nullptr;
  // From being connected to the end of the handshake: closed (handshake_timeout).
  Duration handshake_time = 10 * seconds;
};

// The options of the other framings, in a word.
inline constexpr EndpointOptions line_frames{.framing = Framing::lines};
inline constexpr EndpointOptions raw_bytes{.framing = Framing::raw};
template <is_framing T>
inline constexpr EndpointOptions frames_of{.framing = Framing::custom,
                                           .custom = &custom_framing<T>};

class Endpoint {
 public:
  Endpoint(Net& net, EndpointOptions const& options);
  ~Endpoint();
  Endpoint(Endpoint const&) = delete;
  Endpoint& operator=(Endpoint const&) = delete;

  Ingress& ingress() { return ingress_; }
  Egress& egress() { return egress_; }
  ConnectionEvents& events() { return events_; }

  bool is_listener() const { return listener_ != nullptr; }
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
  // Sends it our end, behind all that was sent to it so far, this tick included; it may go on
  // sending. Later frames for it are dropped. When it has sent its end, too, it is closed
  // (peer_closed). Nothing happens if it has ended already.
  void finish_sending(ConnectionId id);
  // Who that is; fails when it has ended.
  Result<Address> peer_address(ConnectionId id) const;
  // What sends have left behind for it; 0 when it has ended.
  std::uint64_t waiting_bytes(ConnectionId id) const;

  // Before its first connection; the second time it has to be the same.
  void use_tls(TlsContext& context);
  // Who that has proven to be, as long as it lives and nothing of net is called; null when it has
  // ended, or does not speak TLS.
  TlsPeer const* tls_peer(ConnectionId id) const;
  // For who is about to attach to events(): from now on the peer of each event `opened` is kept for
  // him, and taken with it, in the order of events.
  void tell_tls_peers();
  TlsPeer take_tls_peer();

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
  std::uint64_t queue_bytes_max() const { return queue_bytes_max_; }
  // Whether its address may have one more.
  bool may_accept_from(ConnectionId id, int descriptor);
  // It has received so much: whether it has to wait now.
  bool is_over_rate(Connection& connection, std::uint32_t bytes) {
    return rate_limit_ != nullptr && counts_as_over_rate(connection, bytes);
  }
  // Null: plain.
  TlsEndpoint* tls() const { return tls_.get(); }
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
  void connection_opened(Connection& connection);
  void connection_ended(Connection& connection);
  void descriptor_freed();
  void start_listening(int descriptor, Address const& address);
  void start_dialing();
  // It dials for `lazy` alone, which lives as long.
  void serve(LazyDialer& lazy) { lazy_ = &lazy; }
  // The flow behind it failed: everything ends at once.
  void fail();

  void settle();
  bool may_sleep() const;
  // Does what is due; returns when something will be.
  Instant check_deadlines(Instant now);

 private:
  void terminate_all(CloseReason reason);
  void check_tls_role() const;
  bool counts_as_over_rate(Connection& connection, std::uint32_t bytes);
  bool note_over_rate(Instant look_at);

  Net& net_;
  EndpointOptions const options_;
  std::uint64_t const queue_bytes_max_;
  Lane* lane_ = nullptr;
  bool reads_ = false;  // the graph of its lane reads what it receives, or its events
  Ingress ingress_{*this};
  Egress egress_{*this};
  ConnectionEvents events_{*this};
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Dialer> dialer_;
  LazyDialer* lazy_ = nullptr;
  std::unique_ptr<PeerLimit> peer_limit_;  // null: there is no such limit
  std::unique_ptr<RateLimit> rate_limit_;  // null: there is no such limit
  std::unique_ptr<TlsEndpoint> tls_;
  SilenceWatch watch_{options_};
  Connections<On::endpoint> connections_;
  std::uint32_t connection_count_ = 0;
  bool stopping_ = false;
  Instant stop_deadline_ = never;
};

}  // namespace weir

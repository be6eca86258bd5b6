// TCP in a flow: source_tcp(endpoint) gives the frames of all connections, dest_tcp(endpoint) sends
// frames.
//
//   auto server = worker.listen(address).value();
//   weir::flow(source_tcp(*server) >> map(...) >> dest_tcp(*server))
//
// UNIX sockets are the same: source_unix and dest_unix. A LazyDialer in place of the endpoint sends
// to addresses, and connects by itself: source_tcp(peers), dest_tcp(peers).
//
// A frame is a pair (ConnectionId, View): who, and the payload, which is borrowed until the tick
// ends. Who came, went and why is data too: source_tcp_events(endpoint). What a peer sends that a
// codec does not understand ends its connection: decode(codec, refuse(endpoint)).
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

#include "weir/net/endpoint.h"
#include "weir/net/lazy_dialer.h"
#include "weir/pipes/operator.h"
#include "weir/sched/graph.h"

namespace weir {

// The frames of every connection of an endpoint, in order within a connection.
struct SourceTcp : Operator {
  static constexpr OperatorInfo info{.name = "source_tcp", .inputs = {0, 0}, .source = true};
  Endpoint* endpoint;

  static consteval auto output() { return Type<Frame>{}; }
  void attach(Graph& graph, Subgraph& reader) { endpoint->ingress().attach(graph, reader); }
  bool drain(auto const& emit, std::int64_t& budget) {
    return endpoint->ingress().drain(
        [&emit](Frame && frame) __attribute__((always_inline)) { emit(std::move(frame)); }, budget);
  }
};

inline SourceTcp source_tcp(Endpoint& endpoint) { return {{}, &endpoint}; }

// Opened, finished and closed connections; a close never comes before the last frame of its
// connection.
struct SourceTcpEvents : Operator {
  static constexpr OperatorInfo info{.name = "source_tcp_events", .inputs = {0, 0}, .source = true};
  Endpoint* endpoint;

  static consteval auto output() { return Type<ConnectionEvent>{}; }
  void attach(Graph& graph, Subgraph& reader) { endpoint->events().attach(graph, reader); }
  bool drain(auto const& emit, std::int64_t& budget) {
    return endpoint->events().drain([&emit](ConnectionEvent&& event) { emit(std::move(event)); },
                                    budget);
  }
};

inline SourceTcpEvents source_tcp_events(Endpoint& endpoint) { return {{}, &endpoint}; }

// Sends pairs (ConnectionId, View). Frames to a connection that has ended are dropped and counted.
struct DestTcp : Operator {
  static constexpr OperatorInfo info{.name = "dest_tcp", .outputs = {0, 0}};
  struct Nothing {};
  Endpoint* endpoint;
  Handoff<Frame>* frames = nullptr;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool frame = std::convertible_to<Item, Frame>;
    static_assert(
        frame || !Aloud,
        "weir: dest_tcp(endpoint): takes pairs (ConnectionId, View); encode(codec) makes them");
    return frame;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Nothing>{};
  }
  void attach(Graph& graph, Subgraph& writer) {
    frames = &endpoint->egress().connect(graph, writer);
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const&) {
    frames->push(static_cast<decltype(item)&&>(item));
  }
};

inline DestTcp dest_tcp(Endpoint& endpoint) { return {{}, &endpoint}; }

// ---- UNIX: the same, at an address such as unix:/run/weir.sock

struct SourceUnix : SourceTcp {
  static constexpr OperatorInfo info{.name = "source_unix", .inputs = {0, 0}, .source = true};
};
inline SourceUnix source_unix(Endpoint& endpoint) { return {{{}, &endpoint}}; }

struct DestUnix : DestTcp {
  static constexpr OperatorInfo info{.name = "dest_unix", .outputs = {0, 0}};
};
inline DestUnix dest_unix(Endpoint& endpoint) { return {{{}, &endpoint}}; }

// ---- by address: a LazyDialer

// Pairs (Address, View): what the peers send, each with the address it was dialled at.
struct SourceTcpByAddress : Operator {
  static constexpr OperatorInfo info{.name = "source_tcp", .inputs = {0, 0}, .source = true};
  LazyDialer* peers;

  static consteval auto output() { return Type<AddressedFrame>{}; }
  void attach(Graph& graph, Subgraph& reader) { peers->endpoint().ingress().attach(graph, reader); }
  bool drain(auto const& emit, std::int64_t& budget) {
    return peers->endpoint().ingress().drain(
        [&](Frame&& frame) {
          if (auto const address = peers->address_of(frame.first))
            emit(AddressedFrame{*address, frame.second});
        },
        budget);
  }
};
inline SourceTcpByAddress source_tcp(LazyDialer& peers) { return {{}, &peers}; }

// Pairs (Address, ConnectionEvent): attempts that failed among them.
struct SourceTcpEventsByAddress : Operator {
  static constexpr OperatorInfo info{.name = "source_tcp_events", .inputs = {0, 0}, .source = true};
  LazyDialer* peers;

  static consteval auto output() { return Type<std::pair<Address, ConnectionEvent>>{}; }
  void attach(Graph& graph, Subgraph& reader) { peers->endpoint().events().attach(graph, reader); }
  bool drain(auto const& emit, std::int64_t& budget) {
    return peers->endpoint().events().drain(
        [&](ConnectionEvent&& event) {
          if (auto const address = peers->address_of(event.connection))
            emit(std::pair(*address, event));
        },
        budget);
  }
};
inline SourceTcpEventsByAddress source_tcp_events(LazyDialer& peers) { return {{}, &peers}; }

// Sends pairs (Address, View). What has to wait for a connection is kept as far as the dialer's
// bounds allow.
struct DestTcpByAddress : Operator {
  static constexpr OperatorInfo info{.name = "dest_tcp", .outputs = {0, 0}};
  struct Nothing {};
  LazyDialer* peers;
  Handoff<AddressedFrame>* frames = nullptr;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool frame = std::convertible_to<Item, AddressedFrame>;
    static_assert(frame || !Aloud, "weir: dest_tcp(lazy dialer): takes pairs (Address, View)");
    return frame;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Nothing>{};
  }
  void attach(Graph& graph, Subgraph& writer) { frames = &peers->connect(graph, writer); }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const&) {
    frames->push(static_cast<decltype(item)&&>(item));
  }
};
inline DestTcpByAddress dest_tcp(LazyDialer& peers) { return {{}, &peers}; }

// For decode: closes the connection whose frame is malformed.
struct Refuse {
  Endpoint* endpoint;
  void operator()(ConnectionId from, View const&) const {
    endpoint->close(from, CloseReason::malformed);
  }
};
inline Refuse refuse(Endpoint& endpoint) { return {&endpoint}; }

}  // namespace weir

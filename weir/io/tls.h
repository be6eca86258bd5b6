// TLS in a flow: source_tls(endpoint, tls) and dest_tls(endpoint, tls) are TCP's with one argument
// more, the context that says who we are and whom we trust (crypto/tls_context.h). The endpoint
// speaks TLS from the moment one of them is made; all of them name the same context.
//
//   auto server = worker.listen(address).value();
//   weir::flow(source_tls(*server, *tls) >> map(...) >> dest_tls(*server, *tls),
//              source_tls_events(*server, *tls) >> for_each([](TlsEvent const& event) { ... }))
//
// Frames are those of TCP. A connection is opened when its handshake is over: who the peer has
// proven to be comes with that event. Whoever is refused is never opened; its event `closed` says
// why.
#pragma once

#include <cstdint>
#include <utility>

#include "weir/crypto/tls_context.h"
#include "weir/io/tcp.h"

namespace weir {

// `peer`: of an event `opened`; of the others it is empty.
struct TlsEvent {
  ConnectionEvent event;
  TlsPeer peer;
};

struct SourceTls : SourceTcp {
  static constexpr OperatorInfo info{.name = "source_tls", .inputs = {0, 0}, .source = true};
};
inline SourceTls source_tls(Endpoint& endpoint, TlsContext& tls) {
  endpoint.use_tls(tls);
  return {{{}, &endpoint}};
}

struct DestTls : DestTcp {
  static constexpr OperatorInfo info{.name = "dest_tls", .outputs = {0, 0}};
};
inline DestTls dest_tls(Endpoint& endpoint, TlsContext& tls) {
  endpoint.use_tls(tls);
  return {{{}, &endpoint}};
}

// What source_tcp_events gives, and who has come.
struct SourceTlsEvents : Operator {
  static constexpr OperatorInfo info{.name = "source_tls_events", .inputs = {0, 0}, .source = true};
  Endpoint* endpoint;

  static consteval auto output() { return Type<TlsEvent>{}; }
  void attach(Graph& graph, Subgraph& reader) {
    endpoint->tell_tls_peers();
    endpoint->events().attach(graph, reader);
  }
  bool drain(auto const& emit, std::int64_t& budget) {
    return endpoint->events().drain(
        [&](ConnectionEvent&& event) {
          bool const opened = event.kind == ConnectionEvent::Kind::opened;
          emit(TlsEvent{event, opened ? endpoint->take_tls_peer() : TlsPeer{}});
        },
        budget);
  }
};
inline SourceTlsEvents source_tls_events(Endpoint& endpoint, TlsContext& tls) {
  endpoint.use_tls(tls);
  return {{}, &endpoint};
}

// ---- by address: a LazyDialer

struct SourceTlsByAddress : SourceTcpByAddress {
  static constexpr OperatorInfo info{.name = "source_tls", .inputs = {0, 0}, .source = true};
};
inline SourceTlsByAddress source_tls(LazyDialer& peers, TlsContext& tls) {
  peers.endpoint().use_tls(tls);
  return {{{}, &peers}};
}

struct DestTlsByAddress : DestTcpByAddress {
  static constexpr OperatorInfo info{.name = "dest_tls", .outputs = {0, 0}};
};
inline DestTlsByAddress dest_tls(LazyDialer& peers, TlsContext& tls) {
  peers.endpoint().use_tls(tls);
  return {{{}, &peers}};
}

}  // namespace weir

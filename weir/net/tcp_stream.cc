#include "weir/net/tcp_stream.h"

#include <utility>

#include "weir/net/net.h"
#include "weir/ring/ring.h"
#include "weir/sched/graph.h"

namespace weir {

namespace {

// Frames in, messages out.
Handoff<Message>& add_reader(Graph& graph, Endpoint& endpoint) {
  Handoff<Message>& received = graph.make_handoff<Message>("tcp received");
  auto const run = [from = &endpoint, to = &received](Activation& activation) {
    bool const done = from->ingress().drain(
        [&](Frame const& frame) {
          std::optional<Message> const message = MessageCodec().decode(frame.second);
          if (!message) from->close(frame.first, CloseReason::malformed);
          else if (to->reader != nullptr) to->push(*message);
        },
        activation.budget);
    return done ? Status::done : Status::yielded;
  };
  Subgraph& reader = graph.make_subgraph("tcp ingress", 0, {}, {&received}, run);
  endpoint.ingress().attach(graph, reader);
  return received;
}

// Messages in, frames out.
struct Writer final : Program {
  explicit Writer(ConnectionId its_connection) : connection(its_connection) {}

  static Status run(void* self, Activation& activation) {
    Writer& writer = *static_cast<Writer*>(self);
    bool const done = writer.to_send.drain(
        [&](Message const& message) {
          writer.frames->push(Frame{writer.connection, writer.encoder.encode(message)});
        },
        activation.budget);
    return done ? Status::done : Status::yielded;
  }

  ConnectionId const connection;
  Handoff<Message> to_send{"tcp to send"};
  Handoff<Frame>* frames = nullptr;
  MessageEncoder encoder;
  Subgraph subgraph;
};

Handoff<Message>& add_writer(Graph& graph, Endpoint& endpoint, ConnectionId connection) {
  auto made = make_owner<Writer>(connection);
  Writer& writer = *made;
  graph.adopt(std::move(made));
  writer.subgraph.run = &Writer::run;
  writer.subgraph.end_tick = [](void* self) { static_cast<Writer*>(self)->encoder.end_tick(); };
  writer.subgraph.self = &writer;
  writer.subgraph.name = "tcp egress";
  writer.subgraph.stratum = stratum_last;  // whoever sends may be in any
  graph.add(writer.subgraph);
  graph.connect(nullptr, writer.to_send, &writer.subgraph);
  writer.frames = &endpoint.egress().connect(graph, writer.subgraph);
  return writer.to_send;
}

struct Begun {
  Endpoint& endpoint;
  ConnectionId connection;
};

Result<Begun> begin(Net& net, int descriptor, EndpointOptions const& options) {
  WEIR_ASSERT(options.framing == Framing::length_prefixed);  // a message is such a frame's payload
  // Asked before, so that what is refused leaves no endpoint behind.
  Result<void> const fit = net.ring().kernel().adopt(descriptor);
  if (!fit) return fit.error();
  Endpoint& endpoint = net.make_dialer(options);
  Result<ConnectionId> const adopted = endpoint.adopt(descriptor);
  if (!adopted) return adopted.error();
  return Begun{endpoint, adopted.value()};
}

Begun begin(Net& net, Address const& peer, EndpointOptions const& options) {
  WEIR_ASSERT(options.framing == Framing::length_prefixed);
  Endpoint& endpoint = net.make_dialer(options);
  return {endpoint, endpoint.dial(peer)};
}

TcpStream add_both(Graph& graph, Begun const& begun) {
  Handoff<Message>& received = add_reader(graph, begun.endpoint);
  Handoff<Message>& to_send = add_writer(graph, begun.endpoint, begun.connection);
  return {begun.endpoint, begun.connection, to_send, received};
}

ReadTcpStream add_read(Graph& graph, Begun const& begun) {
  return {begun.endpoint, begun.connection, add_reader(graph, begun.endpoint)};
}

WriteTcpStream add_write(Graph& graph, Begun const& begun) {
  return {begun.endpoint, begun.connection, add_writer(graph, begun.endpoint, begun.connection)};
}

// A peer that only reads may say so by its end.
EndpointOptions of_writer(EndpointOptions options) {
  options.keep_half_open = true;
  return options;
}

}  // namespace

Result<TcpStream> add_tcp_stream(Net& net, Graph& graph, int descriptor,
                                 EndpointOptions const& options) {
  Result<Begun> const begun = begin(net, descriptor, options);
  if (!begun) return begun.error();
  return add_both(graph, begun.value());
}
TcpStream add_tcp_stream(Net& net, Graph& graph, Address const& peer,
                         EndpointOptions const& options) {
  return add_both(graph, begin(net, peer, options));
}

Result<ReadTcpStream> add_read_tcp_stream(Net& net, Graph& graph, int descriptor,
                                          EndpointOptions const& options) {
  Result<Begun> const begun = begin(net, descriptor, options);
  if (!begun) return begun.error();
  return add_read(graph, begun.value());
}
ReadTcpStream add_read_tcp_stream(Net& net, Graph& graph, Address const& peer,
                                  EndpointOptions const& options) {
  return add_read(graph, begin(net, peer, options));
}

Result<WriteTcpStream> add_write_tcp_stream(Net& net, Graph& graph, int descriptor,
                                            EndpointOptions const& options) {
  Result<Begun> const begun = begin(net, descriptor, of_writer(options));
  if (!begun) return begun.error();
  return add_write(graph, begun.value());
}
WriteTcpStream add_write_tcp_stream(Net& net, Graph& graph, Address const& peer,
                                    EndpointOptions const& options) {
  return add_write(graph, begin(net, peer, of_writer(options)));
}

}  // namespace weir

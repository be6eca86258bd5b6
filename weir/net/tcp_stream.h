// A TCP stream in a graph of the Core API, by its ports: handoffs of messages (message.h).
//
//   TcpStream stream = add_tcp_stream(net, graph, Address::loopback(7000));
//   graph.make_subgraph("echo", 0, {&stream.received}, {&stream.to_send}, ...);
//
// A stream is made of a socket that is connected already, which is the net's from then on, or of an
// address, which is dialled: what is sent before it answers waits. Both halves are those of any
// connection (endpoint.h, ingress.h, egress.h): what one tick is given is bounded, who does not
// read is not read from, and how it ends is data:
//
//   stream.endpoint.events()   opened, and closed with the reason. A peer that sends what holds no
//                              message is closed (malformed).
//   stream.endpoint.close(stream.connection)
//
// When the peer has sent its end, and the tick that saw its last message has answered it, the
// stream is closed; with `keep_half_open` among the options, by whoever asks for its events.
//
// Received messages last until the tick ends, and those that nobody reads, because no subgraph has
// been connected to the port, are dropped. Everything here is called between ticks.
#pragma once

#include "weir/base/result.h"
#include "weir/net/connection_id.h"
#include "weir/net/endpoint.h"
#include "weir/net/message.h"
#include "weir/ring/address.h"
#include "weir/sched/handoff.h"

namespace weir {

class Graph;
class Net;

struct TcpStream {
  Endpoint& endpoint;
  ConnectionId connection;
  Handoff<Message>& to_send;
  Handoff<Message>& received;
};
struct ReadTcpStream {
  Endpoint& endpoint;
  ConnectionId connection;
  Handoff<Message>& received;
};
struct WriteTcpStream {
  Endpoint& endpoint;
  ConnectionId connection;
  Handoff<Message>& to_send;
};

// `descriptor`: of a connected TCP socket. Fails, and leaves it alone, when it is something else.
Result<TcpStream> add_tcp_stream(Net& net, Graph& graph, int descriptor,
                                 EndpointOptions const& options = {});
TcpStream add_tcp_stream(Net& net, Graph& graph, Address const& peer,
                         EndpointOptions const& options = {});

// Only what comes. Nothing is sent, not even an end: for most peers that would be goodbye.
Result<ReadTcpStream> add_read_tcp_stream(Net& net, Graph& graph, int descriptor,
                                          EndpointOptions const& options = {});
ReadTcpStream add_read_tcp_stream(Net& net, Graph& graph, Address const& peer,
                                  EndpointOptions const& options = {});

// Only what goes. What comes is dropped, and a peer that has sent its end is still written to: the
// stream ends when that fails, or by endpoint.close().
Result<WriteTcpStream> add_write_tcp_stream(Net& net, Graph& graph, int descriptor,
                                            EndpointOptions const& options = {});
WriteTcpStream add_write_tcp_stream(Net& net, Graph& graph, Address const& peer,
                                    EndpointOptions const& options = {});

}  // namespace weir

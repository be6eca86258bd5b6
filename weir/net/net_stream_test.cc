// TCP streams of the Core API, against peers that see every byte.
#include "weir/net/tcp_stream.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>

#include "tests/net/test_net.h"
#include "weir/net/net.h"

namespace weir {
namespace {

using Kind = ConnectionEvent::Kind;
using namespace std::string_literals;
using namespace std::string_view_literals;

// A message as it lies on the wire.
std::string on_wire(std::uint32_t address, std::string_view batch) {
  std::string payload(4, '\0');
  write_length_header(reinterpret_cast<std::byte*>(payload.data()), address);
  return framed(payload.append(batch));
}

// A graph of the Core API, on the worker.
struct Built {
  std::function<void(Graph&)> make;
  void install(Graph& graph) && { make(graph); }
};

class NetStream : public testing::TestWithParam<KernelChoice> {
 protected:
  TestNet test_{GetParam(), limits()};
  std::vector<ConnectionEvent> events_;
  std::vector<std::pair<std::uint32_t, std::string>> received_;
  Address address_;
  Client& peer_ = test_.accept(address_);

  static Limits limits() {
    Limits limits = tiny_limits(2, 512);
    limits.frame_bytes_max = 1u << 20;
    return limits;
  }

  FlowHandle build(std::function<void(Graph&)> make) {
    return test_.worker().add(Built{std::move(make)});
  }
  void watch(Graph& graph, Endpoint& endpoint) {
    Subgraph& subgraph = graph.make_subgraph("watch", 0, {}, {}, [&](Activation& activation) {
      bool const done = endpoint.events().drain(
          [&](ConnectionEvent const& event) { events_.push_back(event); }, activation.budget);
      return done ? Status::done : Status::yielded;
    });
    endpoint.events().attach(graph, subgraph);
  }
  void echo(Graph& graph, TcpStream const& stream) {
    graph.make_subgraph("echo", 0, {&stream.received}, {&stream.to_send},
                        [from = &stream.received, to = &stream.to_send](Activation& activation) {
                          bool const done =
                              from->drain([&](Message const& message) { to->push(message); },
                                          activation.budget);
                          return done ? Status::done : Status::yielded;
                        });
    watch(graph, stream.endpoint);
  }
  void collect(Graph& graph, Handoff<Message>& received) {
    graph.make_subgraph("collect", 0, {&received}, {}, [&](Activation& activation) {
      bool const done = received.drain(
          [&](Message const& message) {
            received_.emplace_back(message.address, message.batch.text());
          },
          activation.budget);
      return done ? Status::done : Status::yielded;
    });
  }

  // A peer accepts when it is asked whether it has.
  testing::AssertionResult run_until(std::function<bool()> const& predicate) {
    return test_.run_until([&] {
      static_cast<void>(peer_.peer().accepted());
      return predicate();
    });
  }
  bool closed() const { return !events_.empty() && events_.back().kind == Kind::closed; }
  CloseReason reason() const { return events_.back().reason; }

  // A socket that is connected without the net: by hand, to peer_.
  int connect_by_hand() {
    Ring& ring = test_.worker().ring();
    int const descriptor = ring.kernel().open_socket(Family::ipv4).value();
    std::optional<std::int32_t> result;
    Completion completion;
    completion.context = &result;
    completion.callback = [](Completion& done, Outcome outcome) {
      *static_cast<std::optional<std::int32_t>*>(done.context) = outcome.result;
    };
    ring.connect(completion, descriptor, address_);
    EXPECT_TRUE(run_until([&] { return result && peer_.peer().accepted(); }));
    EXPECT_EQ(*result, 0);
    return descriptor;
  }
  void close_by_hand(int descriptor) {
    Ring& ring = test_.worker().ring();
    Completion completion;
    completion.callback = [](Completion&, Outcome) {};
    ring.close(completion, descriptor);
    EXPECT_TRUE(run_until([&] { return completion.idle(); }));
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetStream, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return name_of(choice); });

// ---- the bytes ----------------------------------------------------------------------------------

TEST_P(NetStream, dialled_stream_speaks_lengths_addresses_and_batches) {
  build([&](Graph& graph) {
    TcpStream const stream = add_tcp_stream(test_.net(), graph, address_);
    watch(graph, stream.endpoint);
    collect(graph, stream.received);
    graph.make_subgraph("send", 0, {}, {&stream.to_send},
                        [to = &stream.to_send, batch = Bytes("abc"sv)](Activation&) {
                          to->push(Message{0x0A0B0C0D, View()});
                          to->push(Message{5, batch.view()});
                        });
  });
  std::string const expected =
      "\0\0\0\4\x0A\x0B\x0C\x0D\0\0\0\7\0\0\0\5"
      "abc"s;
  ASSERT_TRUE(run_until([&] { return peer_.received.size() >= expected.size(); }));
  EXPECT_EQ(peer_.received, expected);
  peer_.send("\0\0\0\7\0\0\1\2xyz\0\0\0\4\xFF\xFF\xFF\xFF"sv);
  ASSERT_TRUE(run_until([&] { return received_.size() == 2; }));
  EXPECT_EQ(received_[0], std::pair(0x102u, std::string("xyz")));
  EXPECT_EQ(received_[1], std::pair(0xFFFFFFFFu, std::string()));
}

TEST_P(NetStream, adopted_stream_answers_each_message) {
  int const descriptor = connect_by_hand();
  // However its owner used to wait.
  if (!test_.kernel().simulated()) ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
  build([&](Graph& graph) { echo(graph, add_tcp_stream(test_.net(), graph, descriptor).value()); });
  std::string stream = on_wire(7, "first");
  peer_.send(stream);
  ASSERT_TRUE(run_until([&] { return peer_.received.size() >= stream.size(); }));
  std::uint64_t const before = test_.worker().ring().counters().completions;
  test_.run_for();
  EXPECT_LE(test_.worker().ring().counters().completions, before + 10) << "it spins";
  std::size_t const sent = stream.size();
  for (std::uint32_t i = 0; i < 300; ++i) stream += on_wire(i, std::string(i % 70, 'x'));
  stream += on_wire(1u << 31, std::string(100'000, 'y'));
  peer_.send(std::string_view(stream).substr(sent));
  peer_.finishes = true;
  ASSERT_TRUE(run_until([&] { return peer_.saw_end && closed(); }));
  EXPECT_TRUE(peer_.received == stream);
  EXPECT_EQ(reason(), CloseReason::peer_closed);
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_EQ(events_[0].kind, Kind::opened);
}

TEST_P(NetStream, socket_that_was_accepted_by_hand_is_adopted) {
  Ring& ring = test_.worker().ring();
  Kernel& kernel = ring.kernel();
  int const listener = kernel.open_listener(Address::loopback(0), 4).value();
  std::optional<std::int32_t> accepted;
  Completion completion;
  completion.context = &accepted;
  completion.callback = [](Completion& done, Outcome outcome) {
    auto& result = *static_cast<std::optional<std::int32_t>*>(done.context);
    if (outcome.result >= 0) result = outcome.result;
  };
  ring.accept(completion, listener);
  Client& client = test_.connect(kernel.local_address(listener).value());
  ASSERT_TRUE(run_until([&] { return accepted.has_value(); }));
  ring.cancel_quietly(completion);
  ASSERT_TRUE(run_until([&] { return completion.idle(); }));
  close_by_hand(listener);
  build([&](Graph& graph) { echo(graph, add_tcp_stream(test_.net(), graph, *accepted).value()); });
  client.send(on_wire(9, "hello"));
  std::string const expected = on_wire(9, "hello");
  ASSERT_TRUE(run_until([&] { return client.received.size() >= expected.size(); }));
  EXPECT_EQ(client.received, expected);
}

TEST_P(NetStream, stream_is_added_to_a_graph_that_runs_already) {
  Graph* graph = nullptr;
  build([&](Graph& made) {
    graph = &made;
    made.make_subgraph("nothing", 0, {}, {}, [](Activation&) {});
  });
  test_.run_for();
  echo(*graph, add_tcp_stream(test_.net(), *graph, address_));
  ASSERT_TRUE(run_until([&] { return peer_.peer().accepted(); }));
  peer_.send(on_wire(1, "late"));
  std::string const expected = on_wire(1, "late");
  ASSERT_TRUE(run_until([&] { return peer_.received.size() >= expected.size(); }));
  EXPECT_EQ(peer_.received, expected);
}

// ---- halves -------------------------------------------------------------------------------------

TEST_P(NetStream, read_half_receives_everything_and_says_nothing) {
  int const descriptor = connect_by_hand();
  build([&](Graph& graph) {
    ReadTcpStream const stream = add_read_tcp_stream(test_.net(), graph, descriptor).value();
    watch(graph, stream.endpoint);
    collect(graph, stream.received);
  });
  peer_.send(on_wire(1, "one") + on_wire(2, ""));
  ASSERT_TRUE(run_until([&] { return received_.size() == 2; }));
  test_.run_for();
  EXPECT_FALSE(peer_.saw_end) << "it has not said goodbye";
  EXPECT_FALSE(closed());
  peer_.send(on_wire(3, std::string(3000, 'z')));
  peer_.finishes = true;
  ASSERT_TRUE(run_until([&] { return closed() && peer_.saw_end; }));
  EXPECT_EQ(received_.size(), 3u);
  EXPECT_EQ(reason(), CloseReason::peer_closed);
  EXPECT_EQ(peer_.received, "");
}

TEST_P(NetStream, write_half_goes_on_although_the_peer_has_sent_its_end) {
  Endpoint* endpoint = nullptr;
  ConnectionId connection;
  std::uint32_t sent = 0;
  FlowHandle handle = build([&](Graph& graph) {
    WriteTcpStream const stream = add_write_tcp_stream(test_.net(), graph, address_);
    endpoint = &stream.endpoint;
    connection = stream.connection;
    watch(graph, stream.endpoint);
    graph.make_subgraph("send", 0, {}, {&stream.to_send},
                        [&sent, to = &stream.to_send](Activation&) {
                          to->push(Message{sent++, View()});
                        });
  });
  peer_.send("what nobody reads is no message");
  peer_.finishes = true;
  ASSERT_TRUE(run_until([&] {
    return std::any_of(events_.begin(), events_.end(), [](ConnectionEvent const& event) {
      return event.kind == Kind::peer_finished;
    });
  }));
  Graph& graph = handle.graph();
  Subgraph* const sends = *std::find_if(graph.subgraphs().begin(), graph.subgraphs().end(),
                                        [](Subgraph* one) { return one->name == "send"; });
  for (int i = 0; i < 3; ++i) {
    graph.schedule(*sends);
    test_.run_for();
  }
  std::string expected;
  for (std::uint32_t i = 0; i < sent; ++i) expected += on_wire(i, "");
  ASSERT_GE(sent, 3u);
  ASSERT_TRUE(run_until([&] { return peer_.received.size() >= expected.size(); }));
  EXPECT_EQ(peer_.received, expected);
  EXPECT_FALSE(closed());
  endpoint->close(connection);
  ASSERT_TRUE(run_until([&] { return closed() && peer_.saw_end; }));
  EXPECT_EQ(reason(), CloseReason::closed_by_flow);
}

TEST_P(NetStream, stream_that_is_kept_half_open_answers_late) {
  Handoff<Message>* to_send = nullptr;
  Endpoint* endpoint = nullptr;
  ConnectionId connection;
  build([&](Graph& graph) {
    TcpStream const stream = add_tcp_stream(test_.net(), graph, address_, {.keep_half_open = true});
    to_send = &stream.to_send;
    endpoint = &stream.endpoint;
    connection = stream.connection;
    collect(graph, stream.received);
    Subgraph& answers =
        graph.make_subgraph("answer", 0, {}, {to_send}, [&](Activation& activation) {
          endpoint->events().drain(
              [&](ConnectionEvent const& event) {
                events_.push_back(event);
                if (event.kind != Kind::peer_finished) return;
                to_send->push(Message{static_cast<std::uint32_t>(received_.size()), View()});
                endpoint->close(connection);
              },
              activation.budget);
        });
    stream.endpoint.events().attach(graph, answers);
  });
  peer_.send(on_wire(1, "question") + on_wire(2, "question"));
  peer_.finishes = true;
  ASSERT_TRUE(run_until([&] { return closed() && peer_.saw_end; }));
  EXPECT_EQ(peer_.received, on_wire(2, ""));
  EXPECT_EQ(reason(), CloseReason::closed_by_flow);
}

// ---- hostile peers ------------------------------------------------------------------------------

TEST_P(NetStream, frame_without_room_for_an_address_is_malformed) {
  for (std::uint32_t size = 0; size < 4; ++size) {
    SCOPED_TRACE(size);
    Address address;
    Client& peer = test_.accept(address);
    events_.clear();
    build([&](Graph& graph) { echo(graph, add_tcp_stream(test_.net(), graph, address)); });
    peer.send(on_wire(1, "fine") + framed(std::string(size, '\0')));
    ASSERT_TRUE(
        test_.run_until([&] { return peer.peer().accepted() && peer.saw_end && closed(); }));
    EXPECT_EQ(peer.received, on_wire(1, "fine"));
    EXPECT_EQ(reason(), CloseReason::malformed);
  }
}

TEST_P(NetStream, frame_that_is_announced_too_large_or_cut_off_ends_the_stream) {
  std::pair<std::string, CloseReason> const cases[] = {
      {"\xFF\xFF\xFF\xFFgarbage"s, CloseReason::frame_too_large},
      {"\0\x10\0\1"s, CloseReason::frame_too_large},  // one byte more than a frame may have
      {on_wire(1, "never whole").substr(0, 9), CloseReason::truncated_frame},
      {"\0\0"s, CloseReason::truncated_frame},
  };
  for (auto const& [bytes, expected] : cases) {
    Address address;
    Client& peer = test_.accept(address);
    events_.clear();
    build([&](Graph& graph) { echo(graph, add_tcp_stream(test_.net(), graph, address)); });
    peer.send(on_wire(1, "fine") + bytes);
    peer.finishes = true;
    ASSERT_TRUE(
        test_.run_until([&] { return peer.peer().accepted() && peer.saw_end && closed(); }));
    EXPECT_EQ(reason(), expected);
  }
}

TEST_P(NetStream, peer_that_does_not_read_is_not_read_from_until_it_does) {
  int const descriptor = connect_by_hand();
  build([&](Graph& graph) { echo(graph, add_tcp_stream(test_.net(), graph, descriptor).value()); });
  std::string stream;
  for (std::uint32_t i = 0; i < 20'000; ++i) stream += on_wire(i, std::string(400, 'x'));
  peer_.reads = false;
  peer_.send(stream);
  ASSERT_TRUE(run_until([&] { return test_.counters().suspended > 0; }));
  peer_.reads = true;
  ASSERT_TRUE(run_until([&] { return peer_.received.size() >= stream.size(); }));
  EXPECT_TRUE(peer_.received == stream);
  EXPECT_EQ(test_.net().pressure(), 0u);
}

// ---- what a user may get wrong ------------------------------------------------------------------

TEST_P(NetStream, messages_that_nobody_reads_are_dropped) {
  Handoff<Message>* received = nullptr;
  build([&](Graph& graph) {
    TcpStream const stream = add_tcp_stream(test_.net(), graph, address_);
    received = &stream.received;
    watch(graph, stream.endpoint);
  });
  for (std::uint32_t i = 0; i < 1000; ++i) peer_.send(on_wire(i, "for nobody"));
  peer_.finishes = true;
  ASSERT_TRUE(run_until([&] { return closed() && peer_.saw_end; }));
  EXPECT_EQ(reason(), CloseReason::peer_closed);
  EXPECT_EQ(test_.counters().frames_in, 1000u);
  EXPECT_EQ(received->length(), 0u);
}

TEST_P(NetStream, what_is_no_connected_socket_is_refused_and_left_alone) {
  Kernel& kernel = test_.worker().ring().kernel();
  int const fresh = kernel.open_socket(Family::ipv4).value();
  int const listener = kernel.open_listener(Address::loopback(0), 4).value();
  build([&](Graph& graph) {
    for (int const descriptor : {-1, fresh, listener}) {
      EXPECT_FALSE(add_tcp_stream(test_.net(), graph, descriptor).ok());
      EXPECT_FALSE(add_read_tcp_stream(test_.net(), graph, descriptor).ok());
      EXPECT_FALSE(add_write_tcp_stream(test_.net(), graph, descriptor).ok());
    }
    EXPECT_TRUE(test_.net().endpoints().empty());
    EXPECT_TRUE(graph.subgraphs().empty());
  });
  close_by_hand(fresh);
  close_by_hand(listener);
}

TEST_P(NetStream, nobody_listens_is_a_reason) {
  Address const nowhere = [&] {
    Kernel& kernel = test_.worker().ring().kernel();
    int const listener = kernel.open_listener(Address::loopback(0), 1).value();
    Address const address = kernel.local_address(listener).value();
    close_by_hand(listener);
    return address;
  }();
  build([&](Graph& graph) { echo(graph, add_tcp_stream(test_.net(), graph, nowhere)); });
  ASSERT_TRUE(run_until([&] { return closed(); }));
  EXPECT_EQ(reason(), CloseReason::connect_refused);
}

TEST_P(NetStream, socket_for_which_there_is_no_room_is_closed) {
  Limits limits;
  limits.connection_count_max = 1;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  Client& first = test.connect(server.address());
  first.send(framed("x"));
  ASSERT_TRUE(test.run_until([&] { return first.received == framed("x"); }));
  Address address;
  Client& peer = test.accept(address);
  Ring& ring = test.worker().ring();
  int const descriptor = ring.kernel().open_socket(Family::ipv4).value();
  Completion completion;
  completion.callback = [](Completion&, Outcome) {};
  ring.connect(completion, descriptor, address);
  ASSERT_TRUE(test.run_until([&] { return completion.idle() && peer.peer().accepted(); }));
  std::vector<ConnectionEvent> events;
  test.worker().add(Built{[&](Graph& graph) {
    TcpStream const stream = add_tcp_stream(test.net(), graph, descriptor).value();
    Endpoint* const endpoint = &stream.endpoint;
    Subgraph& watch =
        graph.make_subgraph("watch", 0, {}, {}, [&, endpoint](Activation& activation) {
          endpoint->events().drain([&](ConnectionEvent const& event) { events.push_back(event); },
                                   activation.budget);
        });
    endpoint->events().attach(graph, watch);
  }});
  ASSERT_TRUE(test.run_until([&] { return peer.saw_end && test.net().connection_count() == 1; }));
  EXPECT_EQ(test.counters().closed_for(CloseReason::too_many_connections), 1u);
}

}  // namespace
}  // namespace weir

// The network vertex: all that comes in at one port, what goes out by address.
#include "weir/net/network_vertex.h"

#include <algorithm>
#include <map>
#include <optional>

#include "tests/net/test_net.h"
#include "weir/net/net.h"

namespace weir {
namespace {

using Kind = ConnectionEvent::Kind;
using namespace std::string_view_literals;

std::string on_wire(std::uint32_t address, std::string_view batch) {
  std::string payload(4, '\0');
  write_length_header(reinterpret_cast<std::byte*>(payload.data()), address);
  return framed(payload.append(batch));
}

struct Built {
  std::function<void(Graph&)> make;
  void install(Graph& graph) && { make(graph); }
};

class NetVertex : public testing::TestWithParam<KernelChoice> {
 protected:
  struct Seen {
    std::uint32_t peer;
    std::uint32_t address;
    std::string batch;
    friend bool operator==(Seen const&, Seen const&) = default;
  };

  TestNet test_{GetParam(), tiny_limits(2, 512)};
  std::vector<PeerEvent> events_;
  std::vector<Seen> seen_;
  NetworkVertex* vertex_ = nullptr;
  Graph* graph_ = nullptr;
  Subgraph* sends_ = nullptr;
  std::vector<Message> messages_;  // to be sent in the next tick
  std::vector<PeerMessage> answers_;

  // A vertex that listens, notes everything, and answers each message if `answers`.
  void build(bool answers, EndpointOptions const& options = {}) {
    test_.worker().add(Built{[&](Graph& graph) {
      graph_ = &graph;
      vertex_ = add_network_vertex(test_.net(), graph, Address::loopback(0), options).value();
      use(graph, answers);
    }});
  }
  void use(Graph& graph, bool answers) {
    graph.make_subgraph(
        "use", 0, {&vertex_->received()}, {&vertex_->to_answer()}, [this, answers](Activation& a) {
          bool const done = vertex_->received().drain(
              [&](PeerMessage const& got) {
                seen_.push_back(
                    {got.peer, got.message.address, std::string(got.message.batch.text())});
                if (answers) vertex_->to_answer().push(got);
              },
              a.budget);
          return done ? Status::done : Status::yielded;
        });
    graph.make_subgraph("watch", 0, {&vertex_->events()}, {}, [this](Activation& a) {
      vertex_->events().drain([&](PeerEvent const& event) { events_.push_back(event); }, a.budget);
    });
    sends_ = &graph.make_subgraph("send", 0, {}, {&vertex_->to_send(), &vertex_->to_answer()},
                                  [this](Activation&) {
                                    for (Message const& message : std::exchange(messages_, {}))
                                      vertex_->to_send().push(message);
                                    for (PeerMessage const& answer : std::exchange(answers_, {}))
                                      vertex_->to_answer().push(answer);
                                  });
  }
  void send(std::vector<Message> messages) {
    messages_ = std::move(messages);
    graph_->schedule(*sends_);
  }
  std::size_t closed() const {
    return static_cast<std::size_t>(
        std::count_if(events_.begin(), events_.end(),
                      [](PeerEvent const& event) { return event.kind == Kind::closed; }));
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetVertex, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return name_of(choice); });

TEST_P(NetVertex, everybody_comes_in_at_one_port_and_is_answered) {
  build(true);
  std::vector<Client*> clients;
  std::vector<std::string> streams;
  for (std::uint32_t i = 0; i < 4; ++i) {
    clients.push_back(&test_.connect(vertex_->address()));
    std::string stream;
    for (std::uint32_t k = 0; k < 50; ++k) stream += on_wire(i * 1000 + k, std::string(k, 'x'));
    clients.back()->send(stream);
    clients.back()->finishes = true;
    streams.push_back(std::move(stream));
  }
  ASSERT_TRUE(test_.run_until([&] {
    return closed() == 4 && std::all_of(clients.begin(), clients.end(),
                                        [](Client* client) { return client->saw_end; });
  }));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(clients[i]->received == streams[i]);
  EXPECT_EQ(seen_.size(), 200u);
  // Each is known by a number of its own, in order.
  std::map<std::uint32_t, std::uint32_t> next;
  for (Seen const& one : seen_) {
    EXPECT_GE(one.peer, NetworkVertex::first_peer);
    EXPECT_EQ(one.address % 1000, next[one.peer]++);
  }
  EXPECT_EQ(next.size(), 4u);
}

TEST_P(NetVertex, messages_go_where_their_address_says) {
  build(false);
  Address addresses[3];
  std::vector<Client*> peers;
  std::vector<std::uint32_t> numbers;
  for (Address& address : addresses) {
    peers.push_back(&test_.accept(address));
    numbers.push_back(vertex_->connect(address));
  }
  vertex_->bind(7, numbers[0]);
  vertex_->bind(8, numbers[1]);
  Bytes const batch("batch"sv);
  // To names, to a number, to nobody; they wait until the connections are open.
  send({{7, batch.view()},
        {8, View()},
        {numbers[2], batch.view()},
        {9, batch.view()},
        {numbers[2] + 1, batch.view()},
        {7, View()}});
  auto const have = [&](std::size_t i, std::string const& bytes) {
    return peers[i]->peer().accepted() && peers[i]->received.size() >= bytes.size();
  };
  std::string const first = on_wire(7, "batch") + on_wire(7, "");
  std::string const third = on_wire(numbers[2], "batch");
  ASSERT_TRUE(
      test_.run_until([&] { return have(0, first) && have(1, on_wire(8, "")) && have(2, third); }));
  EXPECT_EQ(peers[0]->received, first);
  EXPECT_EQ(peers[1]->received, on_wire(8, ""));
  EXPECT_EQ(peers[2]->received, third);
  EXPECT_EQ(test_.counters().frames_dropped, 2u);
  // A name may be bound again.
  vertex_->bind(7, numbers[1]);
  send({{7, View()}});
  std::string const second = on_wire(8, "") + on_wire(7, "");
  ASSERT_TRUE(test_.run_until([&] { return have(1, second); }));
  EXPECT_EQ(peers[1]->received, second);
  // What dialled peers say comes in at the same port.
  peers[2]->send(on_wire(1, "hello"));
  ASSERT_TRUE(test_.run_until([&] { return seen_.size() == 1; }));
  EXPECT_EQ(seen_[0], (Seen{numbers[2], 1, "hello"}));
  EXPECT_EQ(vertex_->peer_address(numbers[2]).value(), addresses[2]);
}

TEST_P(NetVertex, numbers_are_never_used_again) {
  build(false);
  Client& first = test_.connect(vertex_->address());
  first.send(on_wire(1, "first"));
  first.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return closed() == 1; }));
  Client& second = test_.connect(vertex_->address());
  second.send(on_wire(1, "second"));
  ASSERT_TRUE(test_.run_until([&] { return seen_.size() == 2; }));
  EXPECT_NE(seen_[0].peer, seen_[1].peer);
  // A late answer to the first reaches nobody.
  answers_ = {{seen_[0].peer, {5, View()}}, {seen_[1].peer, {6, View()}}};
  graph_->schedule(*sends_);
  ASSERT_TRUE(test_.run_until([&] { return !second.received.empty(); }));
  test_.run_for();
  EXPECT_EQ(second.received, on_wire(6, ""));
  EXPECT_EQ(test_.counters().frames_dropped, 1u);
  EXPECT_FALSE(vertex_->peer_address(seen_[0].peer).ok());
  EXPECT_EQ(vertex_->peer_count(), 1u);
}

TEST_P(NetVertex, who_came_and_went_and_why_is_told_before_and_after_what_they_sent) {
  build(false);
  Client& client = test_.connect(vertex_->address());
  client.send(on_wire(1, "x"));
  ASSERT_TRUE(test_.run_until([&] { return seen_.size() == 1; }));
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_[0], (PeerEvent{seen_[0].peer, Kind::opened, CloseReason::peer_closed}));
  vertex_->close(seen_[0].peer);
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && closed() == 1; }));
  EXPECT_EQ(events_[1], (PeerEvent{seen_[0].peer, Kind::closed, CloseReason::closed_by_flow}));
  vertex_->close(seen_[0].peer);  // which has gone: nothing happens
}

TEST_P(NetVertex, peer_that_sends_no_message_is_closed_and_no_other) {
  build(true);
  Client& good = test_.connect(vertex_->address());
  good.send(on_wire(1, "one"));
  ASSERT_TRUE(test_.run_until([&] { return seen_.size() == 1; }));
  for (std::string const& bytes :
       {framed(""), framed("abc"), std::string("\xFF\xFF\xFF\xFF", 4) + "garbage"}) {
    Client& bad = test_.connect(vertex_->address());
    bad.send(bytes);
    ASSERT_TRUE(test_.run_until([&] { return bad.saw_end; }));
    EXPECT_EQ(bad.received, "");
  }
  EXPECT_EQ(test_.counters().closed_for(CloseReason::malformed), 2u);
  EXPECT_EQ(test_.counters().closed_for(CloseReason::frame_too_large), 1u);
  good.send(on_wire(2, "two"));
  std::string const expected = on_wire(1, "one") + on_wire(2, "two");
  ASSERT_TRUE(test_.run_until([&] { return good.received.size() >= expected.size(); }));
  EXPECT_EQ(good.received, expected);
}

TEST_P(NetVertex, whatever_strangers_send_friends_are_answered) {
  build(true);
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Client& friendly = test_.connect(vertex_->address());
    std::string stream;
    for (std::uint64_t i = 0; i < 20; ++i)
      stream += on_wire(static_cast<std::uint32_t>(random.next()),
                        random_text(random, random.below(200)));
    friendly.send(stream);
    friendly.finishes = true;
    friendly.send_size_max = 1 + random.below(50);
    std::vector<Client*> strangers;
    for (std::uint64_t i = 0; i < 3; ++i) {
      strangers.push_back(&test_.connect(vertex_->address()));
      std::string bytes = random_frames(random, random.below(10), 12);  // many too short
      if (random.once_in(2)) bytes += random_text(random, random.below(100));
      if (random.once_in(2)) bytes.resize(random.below(bytes.size() + 1));
      strangers.back()->send(bytes);
      strangers.back()->finishes = true;
    }
    ASSERT_TRUE(
        test_.run_until([&] { return friendly.saw_end && test_.net().connection_count() == 0; }));
    EXPECT_TRUE(friendly.received == stream);
    for (Client* stranger : strangers) stranger->over = true;
  }
  // Who came also went, though the flow may be told a tick later.
  EXPECT_TRUE(test_.run_until([&] { return 2 * closed() == events_.size(); }));
  EXPECT_GT(test_.counters().closed_for(CloseReason::malformed), 0u);
  EXPECT_GT(test_.counters().closed_for(CloseReason::truncated_frame), 0u);
  EXPECT_EQ(test_.net().pressure(), 0u);
}

TEST_P(NetVertex, two_vertices_talk_to_each_other) {
  build(true);
  NetworkVertex* other = nullptr;
  std::vector<std::string> answers;
  test_.worker().add(Built{[&](Graph& graph) {
    other = &add_network_vertex(test_.net(), graph);
    std::uint32_t const peer = other->connect(vertex_->address());
    graph.make_subgraph("ask", 0, {}, {&other->to_send()},
                        [&, peer, batch = Bytes("question"sv)](Activation& activation) {
                          if (activation.tick > 0) return;
                          for (int i = 0; i < 100; ++i)
                            other->to_send().push(Message{peer, batch.view()});
                        });
    graph.make_subgraph("hear", 0, {&other->received()}, {}, [&](Activation& activation) {
      bool const done = other->received().drain(
          [&](PeerMessage const& got) { answers.emplace_back(got.message.batch.text()); },
          activation.budget);
      return done ? Status::done : Status::yielded;
    });
  }});
  ASSERT_TRUE(test_.run_until([&] { return answers.size() == 100; }));
  EXPECT_EQ(answers, std::vector<std::string>(100, "question"));
  EXPECT_EQ(seen_.size(), 100u);
}

TEST_P(NetVertex, adopted_socket_is_a_peer_like_any_other) {
  build(true);
  Address address;
  Client& peer = test_.accept(address);
  Ring& ring = test_.worker().ring();
  int const descriptor = ring.kernel().open_socket(Family::ipv4).value();
  EXPECT_FALSE(vertex_->adopt(descriptor).ok()) << "it is not connected yet";
  Completion completion;
  completion.callback = [](Completion&, Outcome) {};
  ring.connect(completion, descriptor, address);
  ASSERT_TRUE(test_.run_until([&] { return completion.idle() && peer.peer().accepted(); }));
  Result<std::uint32_t> const number = vertex_->adopt(descriptor);
  ASSERT_TRUE(number.ok());
  peer.send(on_wire(3, "hello"));
  std::string const expected = on_wire(3, "hello");
  ASSERT_TRUE(test_.run_until([&] { return peer.received.size() >= expected.size(); }));
  EXPECT_EQ(peer.received, expected);
  EXPECT_EQ(seen_.at(0), (Seen{number.value(), 3, "hello"}));
}

TEST_P(NetVertex, what_nobody_reads_is_dropped) {
  test_.worker().add(Built{[&](Graph& graph) {
    vertex_ = add_network_vertex(test_.net(), graph, Address::loopback(0)).value();
  }});
  Client& client = test_.connect(vertex_->address());
  for (std::uint32_t i = 0; i < 1000; ++i) client.send(on_wire(i, "for nobody"));
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end; }));
  EXPECT_EQ(test_.counters().frames_in, 1000u);
  EXPECT_EQ(vertex_->received().length(), 0u);
  EXPECT_EQ(vertex_->events().length(), 0u);
}

TEST_P(NetVertex, address_that_is_taken_is_refused) {
  build(false);
  test_.worker().add(Built{[&](Graph& graph) {
    EXPECT_FALSE(add_network_vertex(test_.net(), graph, vertex_->address()).ok());
    EXPECT_TRUE(graph.subgraphs().empty());
  }});
}

}  // namespace
}  // namespace weir

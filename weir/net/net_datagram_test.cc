// Datagrams in and out of graphs, over UDP and UNIX sockets.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <stdexcept>

#include "tests/net/test_addresses.h"
#include "tests/net/test_net.h"
#include "weir/io/udp.h"
#include "weir/sched/input.h"

namespace weir {
namespace {

using Message = std::pair<Address, std::string>;

// A flow that sends what it is given, and does with what comes what `on_datagram` says.
struct Talk {
  Worker& worker;
  DatagramEndpoint& endpoint;
  Input<Message>* in;
  std::function<void(Datagram const&, Handoff<Datagram>&)> on_datagram;

  void install(Graph& graph) && {
    struct State final : Program {
      std::function<void(Datagram const&, Handoff<Datagram>&)> on_datagram;
      std::deque<std::string> texts;
      Handoff<Datagram>* out = nullptr;
    };
    auto made = make_owner<State>();
    State* const state = made.get();
    state->on_datagram = std::move(on_datagram);
    graph.adopt(std::move(made));
    DatagramEndpoint* const from = &endpoint;
    Input<Message>* const given = in;
    Subgraph& talk = graph.make_subgraph("talk", 0, {}, {}, [=](Activation& activation) {
      bool done = from->drain([&](Datagram const& got) { state->on_datagram(got, *state->out); },
                              activation.budget);
      if (given == nullptr) return done ? Status::done : Status::yielded;
      done = given->drain(
                 [&](Message const& message) {
                   // Bytes that nobody counts: the endpoint copies them.
                   std::string& text = state->texts.emplace_back(message.second);
                   View const view(reinterpret_cast<std::byte*>(text.data()),
                                   static_cast<std::uint32_t>(text.size()), nullptr);
                   state->out->push(Datagram{message.first, view});
                 },
                 activation.budget) &&
             done;
      return done ? Status::done : Status::yielded;
    });
    if (given != nullptr) given->attach(graph, talk);
    from->attach(graph, talk);
    DatagramGate::add(worker, graph, endpoint);
    state->out = &from->connect(graph, talk);
  }
};

class NetDatagram : public testing::TestWithParam<KernelChoice> {
 protected:
  DatagramEndpoint& open(Address const& at = Address::loopback(0), DatagramOptions options = {}) {
    Result<DatagramEndpoint*> const made = test_.net().open_datagrams(at, options);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return *made.value();
  }
  FlowHandle echo(DatagramEndpoint& endpoint) {
    return test_.worker().add(
        Talk{test_.worker(), endpoint, nullptr,
             [](Datagram const& got, Handoff<Datagram>& out) { out.push(got); }});
  }
  // A client: what it receives is in `received_`.
  FlowHandle listen(DatagramEndpoint& endpoint, Input<Message>& in) {
    return test_.worker().add(
        Talk{test_.worker(), endpoint, &in, [this](Datagram const& got, Handoff<Datagram>&) {
               received_.emplace_back(got.first, got.second.text());
             }});
  }

  Input<Message> in_;
  std::vector<Message> received_;
  TestNet test_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetDatagram, testing::ValuesIn(test_kernels()), name_of);

class NetDatagramSim : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetDatagramSim, testing::ValuesIn(sim_kernels()), name_of);

TEST_P(NetDatagram, answer_comes_from_whom_was_asked_over_each_family) {
  for (Address const& at : one_of_each_family(test_.worker().ring())) {
    DatagramEndpoint& server = open(at);
    bool const local = at.family() == Family::local;
    DatagramEndpoint& client = open(local ? unused_local_address() : at);
    echo(server);
    Input<Message> in;
    listen(client, in);
    std::vector<Message> expected;
    for (std::uint32_t const size : {0u, 1u, 5u, 1400u, 9000u, 65'507u}) {
      expected.emplace_back(server.address(), std::string(size, 'd'));
      in.give(expected.back());
    }
    ASSERT_TRUE(test_.run_until([&] { return received_.size() == expected.size(); })) << at.text();
    EXPECT_TRUE(std::is_permutation(received_.begin(), received_.end(), expected.begin()));
    EXPECT_EQ(client.counters().datagrams_out, expected.size());
    EXPECT_EQ(server.counters().datagrams_in, expected.size());
    EXPECT_EQ(server.counters().bytes_in, client.counters().bytes_out);
    received_.clear();
    client.terminate();
    test_.net().settle();
    ASSERT_TRUE(test_.run_until([&] { return client.is_closed(); }));
  }
}

TEST_P(NetDatagram, too_long_a_datagram_is_dropped_and_the_next_one_is_not) {
  DatagramEndpoint& server = open(Address::loopback(0), {.datagram_bytes_max = 100});
  DatagramEndpoint& client = open();
  echo(server);
  listen(client, in_);
  in_.give(Message{server.address(), std::string(101, 'x')});
  in_.give(Message{server.address(), std::string(100, 'y')});
  in_.give(Message{server.address(), std::string(70'000, 'z')});  // more than UDP can
  ASSERT_TRUE(test_.run_until([&] {
    return received_.size() == 1 && server.counters().too_large_in == 1 &&
           client.counters().refused == 1;
  }));
  EXPECT_EQ(received_[0].second, std::string(100, 'y'));
}

TEST_P(NetDatagram, nobody_there_is_no_harm) {
  DatagramEndpoint& client = open(unused_local_address());
  DatagramEndpoint& server = open(unused_local_address());
  echo(server);
  listen(client, in_);
  in_.give(Message{unused_local_address(), "anybody?"});
  in_.give(Message{Address(), "nobody"});
  in_.give(Message{Address::loopback(7), "wrong family"});
  in_.give(Message{server.address(), "somebody"});
  ASSERT_TRUE(test_.run_until([&] { return received_.size() == 1; }));
  EXPECT_EQ(received_[0], (Message{server.address(), "somebody"}));
  EXPECT_EQ(client.counters().unreachable, 2u);
  EXPECT_EQ(client.counters().refused, 1u);
}

TEST_P(NetDatagram, receiver_that_does_not_read_is_in_nobodys_way) {
  DatagramEndpoint& deaf = open(unused_local_address());  // no graph reads it
  DatagramEndpoint& server = open(unused_local_address());
  DatagramEndpoint& client = open(unused_local_address());
  echo(server);
  listen(client, in_);
  for (int i = 0; i < 2000; ++i) in_.give(Message{deaf.address(), std::string(1000, 'x')});
  in_.give(Message{server.address(), "quick"});
  ASSERT_TRUE(test_.run_until([&] { return received_.size() == 1; }));
  EXPECT_GT(client.counters().full, 0u);
  EXPECT_EQ(client.counters().full + client.counters().datagrams_out, 2001u);
}

// One worker with all three; of each kind one that never reads, and one that does.
TEST_P(NetDatagram, deaf_peers_of_every_kind_are_in_nobodys_way) {
  std::string stream;
  for (int i = 0; i < 100; ++i) stream += framed(std::string(20'000, 's'));
  std::vector<Client*> quick;
  for (Address const& at : {Address::loopback(0), unused_local_address()}) {
    Endpoint& endpoint = *test_.worker().listen(at).value();
    test_.worker().add(Echo{endpoint});
    Client& deaf = test_.connect(endpoint.address());
    deaf.reads = false;
    deaf.send(stream);
    quick.push_back(&test_.connect(endpoint.address()));
  }
  DatagramEndpoint& deaf = open(unused_local_address());  // no graph reads it
  DatagramEndpoint& server = open(unused_local_address());
  DatagramEndpoint& client = open(unused_local_address());
  echo(server);
  listen(client, in_);
  for (int round = 1; round <= 5; ++round) {
    for (int i = 0; i < 500; ++i) in_.give(Message{deaf.address(), std::string(1000, 'x')});
    in_.give(Message{server.address(), "quick"});
    for (Client* one : quick) one->send(framed("quick"));
    auto const count = static_cast<std::size_t>(round);
    ASSERT_TRUE(test_.run_until([&] {
      bool const answered = std::all_of(quick.begin(), quick.end(), [&](Client* one) {
        return one->received.size() == count * framed("quick").size();
      });
      return answered && received_.size() == count;
    }));
  }
  EXPECT_GT(client.counters().full, 0u);
  EXPECT_EQ(test_.counters().closed_for(CloseReason::slow), 0u);
}

// A name that does not fit into an Address is shared, and answered like any other.
TEST_P(NetDatagram, long_and_short_names_of_senders_are_answered) {
  std::string const name = unused_local_address().text().substr(6);  // behind "unix:@"
  DatagramEndpoint& server = open(Address::abstract(name + std::string(60, 's')).value());
  DatagramEndpoint& client = open(Address::abstract(name + std::string(70, 'c')).value());
  echo(server);
  listen(client, in_);
  for (std::size_t i = 1; i <= 20; ++i) {
    in_.give(Message{server.address(), std::to_string(i)});
    ASSERT_TRUE(test_.run_until([&] { return received_.size() == i; }));
  }
  for (auto const& [from, text] : received_) EXPECT_EQ(from, server.address());
}

TEST_P(NetDatagram, tick_that_sends_very_many_waits_for_the_kernel_and_drops_none_itself) {
  DatagramEndpoint& client = open(Address::loopback(0), {.untried_mark_bytes = 4000});
  DatagramEndpoint& server = open();
  listen(client, in_);
  std::uint64_t got = 0;
  test_.worker().add(
      Talk{test_.worker(), server, nullptr, [&](Datagram const&, Handoff<Datagram>&) { ++got; }});
  for (int i = 0; i < 5000; ++i) in_.give(Message{server.address(), std::to_string(i)});
  ASSERT_TRUE(test_.run_until([&] {
    DatagramCounters const& c = client.counters();
    return c.datagrams_out + c.full == 5000;
  }));
  EXPECT_EQ(client.counters().closed + client.counters().refused, 0u);
  test_.run_for(5 * milliseconds);
  EXPECT_GT(got, 0u);
  EXPECT_LE(got, client.counters().datagrams_out);
}

TEST_P(NetDatagram, while_its_graph_is_held_what_comes_waits_or_is_lost_and_nothing_else_suffers) {
  DatagramEndpoint& server =
      open(unused_local_address(), {.datagram_bytes_max = 2000, .buffer_count = 4});
  DatagramEndpoint& client = open(unused_local_address());
  DatagramEndpoint& other = open(unused_local_address());
  FlowHandle held = echo(server);
  echo(other);
  listen(client, in_);
  Hold hold(held.graph());
  hold.set();
  for (int i = 0; i < 40; ++i) in_.give(Message{server.address(), std::to_string(i)});
  in_.give(Message{other.address(), "other"});
  ASSERT_TRUE(
      test_.run_until([&] { return received_.size() == 1 && server.counters().no_buffers > 0; }));
  EXPECT_EQ(received_[0].second, "other");
  EXPECT_EQ(server.counters().datagrams_in, 0u);
  hold.release();
  test_.net().settle();
  std::uint64_t const sent = client.counters().datagrams_out;  // one of them to the other
  ASSERT_GT(sent, 4u);
  ASSERT_TRUE(test_.run_until([&] { return received_.size() + server.counters().full == sent; }));
  EXPECT_EQ(server.counters().datagrams_in, sent - 1);
}

TEST_P(NetDatagram, flow_that_stops_answers_what_has_come_and_closes_the_socket) {
  DatagramEndpoint& server = open();
  DatagramEndpoint& client = open();
  FlowHandle flow = echo(server);
  listen(client, in_);
  in_.give(Message{server.address(), "before"});
  ASSERT_TRUE(test_.run_until([&] { return received_.size() == 1; }));
  flow.stop(1 * seconds);
  ASSERT_TRUE(test_.run_until([&] { return flow.ended() && server.is_closed(); }));
  in_.give(Message{server.address(), "after"});
  ASSERT_TRUE(test_.run_until([&] { return client.counters().datagrams_out == 2; }));
  EXPECT_EQ(server.counters().datagrams_in, 1u);
  // The address is free again.
  EXPECT_TRUE(test_.net().open_datagrams(server.address()).ok());
}

TEST_P(NetDatagram, flow_that_fails_receives_no_more) {
  DatagramEndpoint& server = open();
  DatagramEndpoint& client = open();
  FlowHandle flow = test_.worker().add(
      Talk{test_.worker(), server, nullptr,
           [](Datagram const&, Handoff<Datagram>&) { throw std::runtime_error("no"); }});
  listen(client, in_);
  for (int i = 0; i < 10; ++i) in_.give(Message{server.address(), "hello"});
  ASSERT_TRUE(test_.run_until([&] { return flow.failure() != nullptr; }));
  std::uint64_t const seen = server.counters().datagrams_in;
  for (int i = 0; i < 10; ++i) in_.give(Message{server.address(), "hello"});
  ASSERT_TRUE(test_.run_until([&] { return client.counters().datagrams_out == 20; }));
  test_.run_for(5 * milliseconds);
  EXPECT_EQ(server.counters().datagrams_in, seen);
}

TEST_P(NetDatagram, worker_may_end_at_any_moment) {
  for (int turns = 0; turns < 12; ++turns) {
    TestNet test(GetParam());
    DatagramEndpoint& server = *test.net().open_datagrams(Address::loopback(0)).value();
    Input<Message> in;
    test.worker().add(Talk{test.worker(), server, &in,
                           [](Datagram const& got, Handoff<Datagram>& out) { out.push(got); }});
    for (int i = 0; i < 20; ++i) in.give(Message{server.address(), "to myself, for ever"});
    for (int i = 0; i < turns; ++i) test.worker().step(test.worker().clock().now() + microseconds);
  }
}

TEST_P(NetDatagramSim, what_the_network_loses_or_repeats_is_lost_or_repeated) {
  KernelChoice choice = GetParam();
  choice.options.datagram_lost_once_in = 4;
  choice.options.datagram_twice_once_in = 4;
  choice.options.datagram_overtakes_once_in = 4;
  TestNet test(choice);
  DatagramEndpoint& server = *test.net().open_datagrams(Address::loopback(0)).value();
  DatagramEndpoint& client = *test.net().open_datagrams(Address::loopback(0)).value();
  Input<Message> in;
  std::vector<std::string> received;
  test.worker().add(Talk{test.worker(), server, nullptr,
                         [](Datagram const& got, Handoff<Datagram>& out) { out.push(got); }});
  test.worker().add(Talk{test.worker(), client, &in, [&](Datagram const& got, Handoff<Datagram>&) {
                           received.emplace_back(got.second.text());
                         }});
  // Asks until it is answered, as who uses UDP must.
  std::uint64_t asked = 0;
  for (int i = 0; i < 50; ++i) {
    std::string const question = std::to_string(i);
    auto const answered = [&] {
      return std::find(received.begin(), received.end(), question) != received.end();
    };
    while (!answered()) {
      ASSERT_LT(++asked, 1000u);
      in.give(Message{server.address(), question});
      Instant const end = test.worker().clock().now() + 10 * milliseconds;
      while (!answered() && test.worker().clock().now() < end) test.worker().step(end);
    }
  }
  EXPECT_GT(asked, 50u);
}

}  // namespace
}  // namespace weir

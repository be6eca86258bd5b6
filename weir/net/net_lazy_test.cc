// Sending to addresses: connections are made when there is something to send, and made again.
#include "weir/net/lazy_dialer.h"

#include <gtest/gtest.h>

#include "tests/net/test_net.h"
#include "weir/sched/input.h"

namespace weir {
namespace {

using Kind = ConnectionEvent::Kind;
using Order = std::pair<Address, std::string>;

// A flow that sends what it is given, and keeps what comes back and what it is told.
struct Orders {
  LazyDialer& peers;
  Input<Order>& in;
  std::vector<Order>* answers;
  std::vector<ConnectionEvent>* events;

  void install(Graph& graph) && {
    struct State final : Program {
      Handoff<AddressedFrame>* out = nullptr;
      std::vector<Bytes> kept;
    };
    auto made = make_owner<State>();
    State* const state = made.get();
    graph.adopt(std::move(made));
    Orders const self = *this;
    Subgraph& sends = graph.make_subgraph("orders", 0, {}, {}, [=](Activation& activation) {
      bool done = self.in.drain(
          [&](Order const& order) {
            state->kept.emplace_back(order.second);
            state->out->push(AddressedFrame{order.first, state->kept.back().view()});
          },
          activation.budget);
      done = self.peers.endpoint().events().drain(
                 [&](ConnectionEvent const& event) { self.events->push_back(event); },
                 activation.budget) &&
             done;
      done = self.peers.endpoint().ingress().drain(
                 [&](Frame const& frame) {
                   self.answers->emplace_back(self.peers.address_of(frame.first).value(),
                                              frame.second.text());
                 },
                 activation.budget) &&
             done;
      return done ? Status::done : Status::yielded;
    });
    in.attach(graph, sends);
    peers.endpoint().events().attach(graph, sends);
    peers.endpoint().ingress().attach(graph, sends);
    state->out = &peers.connect(graph, sends);
  }
};

class NetLazy : public testing::TestWithParam<KernelChoice> {
 protected:
  // Short waits, for real kernels; the seed makes the others the same each time.
  static RedialOptions quick() {
    return {.wait_first = 1 * milliseconds, .wait_max = 8 * milliseconds, .seed = 1};
  }
  LazyDialer& make(RedialOptions const& redial = quick(), EndpointOptions const& options = {}) {
    LazyDialer& peers = test_.net().make_lazy_dialer(options, redial);
    flow_ =
        std::make_unique<FlowHandle>(test_.worker().add(Orders{peers, in_, &answers_, &events_}));
    return peers;
  }
  void send(Address const& to, std::string text) { in_.give(Order{to, std::move(text)}); }
  Instant now() { return test_.worker().clock().now(); }
  void pass(Duration time) {
    Instant const end = now() + time;
    while (now() < end) {
      test_.act();
      test_.worker().step(end);
    }
  }
  // A port number that nobody listens at.
  Address nobody() {
    std::unique_ptr<Peer> const gone = test_.kernel().make_peer();
    Address const address = gone->listen();
    gone->close();
    return address;
  }
  std::size_t closed_for(CloseReason reason) { return test_.counters().closed_for(reason); }

  Input<Order> in_;
  std::vector<Order> answers_;
  std::vector<ConnectionEvent> events_;
  TestNet test_{GetParam(), tiny_limits(2, 512)};
  std::unique_ptr<FlowHandle> flow_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetLazy, testing::ValuesIn(test_kernels()), name_of);

class NetLazySim : public NetLazy {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetLazySim, testing::ValuesIn(test_kernels_named("sim")),
                         name_of);

TEST_P(NetLazy, nothing_is_dialled_before_there_is_something_to_send) {
  make();
  Address address;
  Client& peer = test_.accept(address);
  test_.run_for(5 * milliseconds);
  EXPECT_EQ(test_.counters().dialled, 0u);
  send(address, "one");
  send(address, "two");
  ASSERT_TRUE(test_.run_until(
      [&] { return peer.peer().accepted() && peer.received == framed("one") + framed("two"); }));
  EXPECT_EQ(test_.counters().dialled, 1u);
  send(address, "three");
  ASSERT_TRUE(test_.run_until(
      [&] { return peer.received == framed("one") + framed("two") + framed("three"); }));
  EXPECT_EQ(test_.counters().dialled, 1u) << "it is kept";
}

TEST_P(NetLazy, answers_come_with_the_address_they_are_from) {
  make();
  Address first_address;
  Address second_address;
  Client& first = test_.accept(first_address);
  Client& second = test_.accept(second_address);
  send(first_address, "to first");
  send(second_address, "to second");
  ASSERT_TRUE(test_.run_until([&] {
    return first.peer().accepted() && second.peer().accepted() &&
           first.received == framed("to first") && second.received == framed("to second");
  }));
  second.send(framed("from second"));
  ASSERT_TRUE(test_.run_until([&] { return answers_.size() == 1; }));
  first.send(framed("from first"));
  ASSERT_TRUE(test_.run_until([&] { return answers_.size() == 2; }));
  EXPECT_EQ(answers_,
            (std::vector<Order>{{second_address, "from second"}, {first_address, "from first"}}));
}

TEST_P(NetLazy, what_waits_for_a_peer_that_is_not_there_yet_arrives_in_order_when_it_is) {
  LazyDialer& peers = make();
  // Somebody who may have the address, but does not listen yet: a world's port numbers are given
  // in turn, a real kernel's are not; so a listener of ours keeps it.
  Address const address = nobody();
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    send(address, "waiting " + std::to_string(i));
    expected += framed("waiting " + std::to_string(i));
  }
  ASSERT_TRUE(test_.run_until([&] { return closed_for(CloseReason::connect_refused) >= 3; }));
  EXPECT_GT(peers.waiting_bytes(), 0u);
  EXPECT_GE(test_.counters().redialled, 2u);
  Result<Endpoint*> const server = test_.worker().listen(address);
  if (!server) return;  // somebody else on this machine has taken it
  std::string received;
  test_.worker().add(
      Custom{*server.value(),
             [&](Frame const& frame, Handoff<Frame>&) { received += framed(frame.second.text()); },
             {}});
  ASSERT_TRUE(test_.run_until([&] { return received.size() == expected.size(); }));
  EXPECT_EQ(received, expected);
  EXPECT_EQ(peers.waiting_bytes(), 0u);
  EXPECT_EQ(test_.counters().frames_dropped_waiting, 0u);
}

TEST_P(NetLazy, connection_that_has_ended_is_made_again_for_the_next_item) {
  make();
  Endpoint& server = test_.listen();
  std::string received;
  ConnectionId from;
  test_.worker().add(Custom{server,
                            [&](Frame const& frame, Handoff<Frame>&) {
                              received += frame.second.text();
                              from = frame.first;
                            },
                            {}});
  send(server.address(), "1");
  ASSERT_TRUE(test_.run_until([&] { return received == "1"; }));
  ConnectionId const first = from;
  server.close(first);
  ASSERT_TRUE(test_.run_until([&] { return closed_for(CloseReason::peer_closed) == 1; }));
  test_.run_for(5 * milliseconds);
  EXPECT_EQ(test_.counters().dialled, 1u) << "nothing to send: nothing to dial for";
  send(server.address(), "2");
  ASSERT_TRUE(test_.run_until([&] { return received == "12"; }));
  EXPECT_NE(from, first);
  EXPECT_EQ(test_.counters().dialled, 2u);
}

TEST_P(NetLazy, what_waits_is_bounded_and_the_newest_is_dropped) {
  RedialOptions redial = quick();
  redial.waiting_bytes_max = 10 * (100 + waiting_item_bytes);
  redial.waiting_total_bytes_max = 15 * (100 + waiting_item_bytes);
  redial.address_count_max = 3;
  LazyDialer& peers = make(redial);
  Address const first = nobody();
  Address const second = nobody();
  Address const third = nobody();
  Address const fourth = nobody();
  for (int i = 0; i < 12; ++i) send(first, std::string(100, 'a'));
  ASSERT_TRUE(test_.run_until([&] { return peers.address_count() == 1; }));
  EXPECT_EQ(test_.counters().frames_dropped_waiting, 2u) << "of one address";
  for (int i = 0; i < 8; ++i) send(second, std::string(100, 'b'));
  ASSERT_TRUE(test_.run_until([&] { return peers.address_count() == 2; }));
  EXPECT_EQ(test_.counters().frames_dropped_waiting, 2u + 3u) << "of all";
  EXPECT_EQ(peers.waiting_bytes(), redial.waiting_total_bytes_max);
  send(third, "");
  send(fourth, "");
  ASSERT_TRUE(test_.run_until([&] { return test_.counters().frames_dropped_waiting == 7; }))
      << "one more for want of room, one for want of a place";
  EXPECT_LE(peers.address_count(), 3u);
}

TEST_P(NetLazy, after_so_many_attempts_what_waits_is_dropped) {
  RedialOptions redial = quick();
  redial.attempts_max = 3;
  LazyDialer& peers = make(redial);
  Address const address = nobody();
  for (int i = 0; i < 5; ++i) send(address, "in vain");
  ASSERT_TRUE(test_.run_until([&] { return test_.counters().frames_dropped_waiting == 5; }));
  EXPECT_EQ(closed_for(CloseReason::connect_refused), 3u);
  EXPECT_EQ(peers.waiting_bytes(), 0u);
  ASSERT_TRUE(test_.run_until([&] { return peers.address_count() == 0; }));
  EXPECT_EQ(test_.counters().dialled, 3u);
  ASSERT_EQ(events_.size(), 3u);
  for (ConnectionEvent const& event : events_) {
    EXPECT_EQ(event.reason, CloseReason::connect_refused);
    EXPECT_EQ(peers.address_of(event.connection), address) << "whom it was about is known still";
  }
}

TEST_P(NetLazy, stop_drops_what_waits_and_dials_no_more) {
  LazyDialer& peers = make();
  Address const address = nobody();
  send(address, "waits");
  ASSERT_TRUE(test_.run_until([&] { return closed_for(CloseReason::connect_refused) >= 1; }));
  flow_->stop(1 * seconds);
  ASSERT_TRUE(test_.run_until([&] { return flow_->ended(); }));
  EXPECT_EQ(peers.waiting_bytes(), 0u);
  EXPECT_EQ(test_.counters().frames_dropped_waiting, 1u);
}

TEST_P(NetLazy, peer_that_does_not_read_is_closed_and_dialled_again) {
  LazyDialer& peers = make(quick(), {.queue_bytes_max = 3000});
  Address address;
  Client& peer = test_.accept(address, 100);
  peer.reads = false;
  std::uint64_t sent = 0;
  ASSERT_TRUE(test_.run_until([&] {
    peer.peer().accepted();
    if (sent < 2'000'000 && closed_for(CloseReason::slow) == 0) {
      send(address, std::string(500, 'x'));
      sent += 500;
    }
    return closed_for(CloseReason::slow) >= 1;
  }));
  EXPECT_LE(peers.waiting_bytes(), RedialOptions{}.waiting_bytes_max);
}

// ---- how long it waits --------------------------------------------------------------------------

// When each attempt to reach somebody who is never there is made.
class NetLazyWaits : public NetLazySim {
 protected:
  std::vector<Instant> attempts(std::uint64_t seed, std::size_t count) {
    LazyDialer& peers = make({.wait_first = 1 * seconds, .wait_max = 16 * seconds, .seed = seed});
    send(nobody(), "hello?");
    std::vector<Instant> times;
    while (times.size() < count) {
      std::uint64_t const before = test_.counters().dialled;
      test_.worker().step();
      if (test_.counters().dialled > before) times.push_back(now());
    }
    EXPECT_EQ(peers.address_count(), 1u);
    return times;
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetLazyWaits, testing::ValuesIn(test_kernels_named("sim")),
                         name_of);

TEST_P(NetLazyWaits, waits_are_drawn_below_a_bound_that_doubles_up_to_the_largest) {
  std::vector<Instant> const times = attempts(test_seed(3), 60);
  Duration bound = 1 * seconds;
  Duration longest = 0;
  std::size_t short_ones = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    Duration const waited = times[i] - times[i - 1];
    EXPECT_LE(waited, bound + 10 * milliseconds) << "after " << i << " failures";
    longest = std::max(longest, waited);
    short_ones += waited < bound / 2;
    bound = std::min(2 * bound, 16 * seconds);
  }
  EXPECT_GT(longest, 8 * seconds);
  EXPECT_GT(short_ones, 10u) << "they are spread over all of it";
}

TEST_P(NetLazySim, connection_that_lived_long_begins_anew) {
  LazyDialer& peers = make({.wait_first = 1 * seconds, .wait_max = 1000 * seconds, .seed = 5});
  Endpoint& server = test_.listen();
  std::size_t received = 0;
  ConnectionId from;
  test_.worker().add(Custom{server,
                            [&](Frame const& frame, Handoff<Frame>&) {
                              ++received;
                              from = frame.first;
                            },
                            {}});
  for (std::size_t i = 1; i <= 12; ++i) {
    Instant const asked = now();
    send(server.address(), "hello");
    ASSERT_TRUE(test_.run_until([&] { return received == i; }));
    EXPECT_LE(now() - asked, 1 * seconds + 100 * milliseconds) << "never more than the first bound";
    pass(2 * seconds);
    server.close(from);
    ASSERT_TRUE(test_.run_until([&] { return events_.size() == 2 * i; }));
  }
  EXPECT_LE(peers.address_count(), 1u);
}

TEST_P(NetLazySim, peer_that_accepts_and_closes_at_once_is_not_dialled_in_a_tight_loop) {
  make({.wait_first = 1 * seconds, .wait_max = 64 * seconds, .seed = 9});
  Endpoint& server = test_.listen();
  test_.worker().add(Custom{server, [](Frame const&, Handoff<Frame>&) {},
                            [&](ConnectionEvent const& event, Handoff<Frame>&) {
                              if (event.kind == Kind::opened) server.close(event.connection);
                            }});
  Instant const end = now() + 600 * seconds;
  while (now() < end) {
    send(server.address(), "again");
    pass(1 * seconds);
  }
  EXPECT_LE(test_.counters().dialled, 100u);
  EXPECT_GE(test_.counters().dialled, 10u);
}

TEST_P(NetLazySim, without_descriptors_it_waits_and_goes_on_when_there_are_some) {
  KernelChoice choice = GetParam();
  choice.options.descriptor_count_max = 2;
  TestNet test(choice);
  Endpoint& dialer = test.worker().make_dialer();  // whose connections take the descriptors
  test.worker().add(Echo{dialer});
  Address first_address;
  Address second_address;
  Address third_address;
  test.accept(first_address);
  test.accept(second_address);
  Client& third = test.accept(third_address);
  ConnectionId const taken = dialer.dial(first_address);
  dialer.dial(second_address);
  Input<Order> in;
  std::vector<Order> answers;
  std::vector<ConnectionEvent> events;
  LazyDialer& peers = test.net().make_lazy_dialer({}, quick());
  test.worker().add(Orders{peers, in, &answers, &events});
  in.give(Order{third_address, "patience"});
  ASSERT_TRUE(test.run_until([&] { return events.size() >= 3; }));
  for (ConnectionEvent const& event : events) EXPECT_EQ(event.reason, CloseReason::connect_failed);
  dialer.close(taken);
  ASSERT_TRUE(test.run_until(
      [&] { return third.peer().accepted() && third.received == framed("patience"); }));
}

}  // namespace
}  // namespace weir

// Connections that are made rather than accepted.
#include <gtest/gtest.h>

#include "tests/net/test_net.h"

namespace weir {
namespace {

using Kind = ConnectionEvent::Kind;

class NetDial : public testing::TestWithParam<KernelChoice> {
 protected:
  TestNet test_{GetParam(), limits()};
  Endpoint& dialer_ = test_.worker().make_dialer();
  std::vector<ConnectionEvent> events_;
  std::string answers_;

  static Limits limits() {
    Limits limits = tiny_limits(2, 512);
    limits.connection_count_max = 3;
    return limits;
  }
  void add_flow() {
    test_.worker().add(Custom{
        dialer_, [this](Frame const& frame, Handoff<Frame>&) { answers_ += frame.second.text(); },
        [this](ConnectionEvent const& event, Handoff<Frame>& out) {
          events_.push_back(event);
          for (Frame const& frame : to_send_) out.push(frame);
          to_send_.clear();
        }});
  }
  bool closed_because(CloseReason reason) const {
    return !events_.empty() && events_.back().kind == Kind::closed &&
           events_.back().reason == reason;
  }
  // Sends `frame` in the tick in which the next event is seen.
  std::vector<Frame> to_send_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetDial, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return name_of(choice); });

class NetDialSim : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetDialSim, testing::ValuesIn(sim_kernels()),
                         [](auto const& choice) { return name_of(choice); });

TEST_P(NetDial, frames_that_were_sent_before_it_was_open_arrive) {
  Address address;
  Client& peer = test_.accept(address);
  std::string const text(5000, 'q');
  Bytes const question(text);
  ConnectionId id;
  // A flow that dials by itself and sends in the same tick.
  Graph* graph = nullptr;
  Handoff<Frame>* out = nullptr;
  struct Dialing {
    std::function<void(Graph&)> make;
    void install(Graph& into) && { make(into); }
  };
  test_.worker().add(Dialing{[&](Graph& into) {
    graph = &into;
    Subgraph& dials = into.make_subgraph("dials", 0, {}, {}, [&](Activation&) {
      if (id.valid()) return;
      id = dialer_.dial(address);
      out->push(Frame{id, question.view()});
      out->push(Frame{id, question.view()});
    });
    out = &dialer_.egress().connect(into, dials);
  }});
  ASSERT_TRUE(test_.run_until([&] { return peer.peer().accepted(); }));
  std::string const expected = framed(text) + framed(text);
  ASSERT_TRUE(test_.run_until([&] { return peer.received.size() >= expected.size(); }));
  EXPECT_TRUE(peer.received == expected);
}

TEST_P(NetDial, answers_come_back_and_events_tell) {
  add_flow();
  Address address;
  Client& peer = test_.accept(address);
  ConnectionId const id = dialer_.dial(address);
  EXPECT_TRUE(id.valid());
  ASSERT_TRUE(test_.run_until([&] { return peer.peer().accepted() && !events_.empty(); }));
  EXPECT_EQ(events_[0], (ConnectionEvent{id, Kind::opened, CloseReason::peer_closed}));
  EXPECT_EQ(dialer_.peer_address(id).value(), address);
  peer.send(framed("answer"));
  peer.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return closed_because(CloseReason::peer_closed); }));
  EXPECT_EQ(answers_, "answer");
  EXPECT_FALSE(dialer_.peer_address(id).ok());
}

TEST_P(NetDial, refused_when_nobody_listens) {
  add_flow();
  Address address;
  {
    // A port number that was free a moment ago.
    std::unique_ptr<Peer> const gone = test_.kernel().make_peer();
    address = gone->listen();
    gone->close();
  }
  ConnectionId const id = dialer_.dial(address);
  ASSERT_TRUE(test_.run_until([&] { return closed_because(CloseReason::connect_refused); }));
  EXPECT_EQ(events_.size(), 1u) << "it was never opened";
  EXPECT_EQ(events_[0].connection, id);
}

TEST_P(NetDial, too_many_connections_are_refused_by_an_event) {
  add_flow();
  Endpoint& server = test_.listen();  // whose connections take no place before it has a flow
  dialer_.dial(server.address());
  dialer_.dial(server.address());
  dialer_.dial(server.address());
  dialer_.dial(server.address());
  ASSERT_TRUE(test_.run_until(
      [&] { return test_.counters().closed_for(CloseReason::too_many_connections) == 1; }));
}

TEST_P(NetDial, connection_that_is_closed_at_once_ends_by_the_flow) {
  add_flow();
  Address address;
  test_.accept(address);
  ConnectionId const id = dialer_.dial(address);
  dialer_.close(id);
  ASSERT_TRUE(test_.run_until([&] { return closed_because(CloseReason::closed_by_flow); }));
  EXPECT_EQ(dialer_.connection_count(), 0u);
}

TEST_P(NetDial, stop_gives_up_what_is_still_connecting) {
  add_flow();
  Address address;
  test_.accept(address);
  dialer_.dial(address);
  dialer_.stop(test_.worker().clock().now() + 1 * seconds);
  ASSERT_TRUE(test_.run_until([&] { return dialer_.stopped(); }));
}

TEST_P(NetDial, after_stop_nothing_is_dialled) {
  add_flow();
  Address address;
  test_.accept(address);
  dialer_.stop(test_.worker().clock().now());
  dialer_.dial(address);
  ASSERT_TRUE(test_.run_until([&] { return closed_because(CloseReason::stopped); }));
  EXPECT_TRUE(dialer_.is_closed());
}

TEST_P(NetDialSim, silence_is_a_connect_timeout) {
  KernelChoice choice = GetParam();
  choice.options.latency_min = choice.options.latency_max = 60 * seconds;
  Limits limits;
  limits.connect_time_max = 2 * seconds;
  TestNet test(choice, limits);
  Endpoint& dialer = test.worker().make_dialer();
  std::vector<ConnectionEvent> events;
  test.worker().add(Echo{dialer, &events});
  Address address;
  test.accept(address);
  Instant const began = test.worker().clock().now();
  dialer.dial(address);
  ASSERT_TRUE(test.run_until([&] { return !events.empty(); }));
  EXPECT_EQ(events[0].reason, CloseReason::connect_timeout);
  EXPECT_GE(test.worker().clock().now() - began, 2 * seconds);
  EXPECT_LE(test.worker().clock().now() - began, 3 * seconds);
  EXPECT_EQ(dialer.connection_count(), 0u);
}

TEST_P(NetDialSim, without_a_descriptor_it_fails_by_an_event) {
  KernelChoice choice = GetParam();
  choice.options.descriptor_count_max = 1;
  TestNet test(choice);
  test.listen();
  Endpoint& dialer = test.worker().make_dialer();
  std::vector<ConnectionEvent> events;
  test.worker().add(Echo{dialer, &events});
  Address address;
  test.accept(address);
  ConnectionId const id = dialer.dial(address);
  ASSERT_TRUE(test.run_until([&] { return !events.empty(); }));
  EXPECT_EQ(events[0], (ConnectionEvent{id, Kind::closed, CloseReason::connect_failed}));
}

}  // namespace
}  // namespace weir

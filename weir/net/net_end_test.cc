// How connections end: by either side, at any moment, and what the flow is told.
#include <gtest/gtest.h>

#include "tests/net/test_net.h"

namespace weir {
namespace {

using Kind = ConnectionEvent::Kind;

class NetEnd : public testing::TestWithParam<KernelChoice> {
 protected:
  TestNet test_{GetParam(), tiny_limits(2, 512)};
  std::vector<ConnectionEvent> events_;

  bool closed(std::size_t count = 1) const {
    std::size_t found = 0;
    for (ConnectionEvent const& event : events_) found += event.kind == Kind::closed;
    return found >= count;
  }
  // The reason of the only connection there was.
  CloseReason reason() const {
    EXPECT_EQ(events_.size(), 2u);
    EXPECT_EQ(events_.front().kind, Kind::opened);
    EXPECT_EQ(events_.back().kind, Kind::closed);
    EXPECT_EQ(events_.front().connection, events_.back().connection);
    return events_.back().reason;
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetEnd, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return name_of(choice); });

// What only a simulated world can be asked for.
class NetEndSim : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetEndSim, testing::ValuesIn(sim_kernels()),
                         [](auto const& choice) { return name_of(choice); });

// ---- by the peer --------------------------------------------------------------------------------

TEST_P(NetEnd, peer_that_has_been_answered_is_closed) {
  Endpoint& server = test_.listen();
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  std::string const stream = framed("one") + framed("") + framed(std::string(2000, 'x'));
  client.send(stream);
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && closed(); }));
  EXPECT_EQ(client.received, stream);
  EXPECT_EQ(reason(), CloseReason::peer_closed);
}

TEST_P(NetEnd, peer_that_comes_and_goes_without_a_word_is_closed) {
  Endpoint& server = test_.listen();
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && closed(); }));
  EXPECT_EQ(reason(), CloseReason::peer_closed);
}

TEST_P(NetEnd, end_inside_a_frame_is_a_truncated_frame_and_what_came_before_is_answered) {
  Endpoint& server = test_.listen();
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  client.send(framed("whole") + framed("never whole").substr(0, 9));
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && closed(); }));
  EXPECT_EQ(client.received, framed("whole"));
  EXPECT_EQ(reason(), CloseReason::truncated_frame);
}

TEST_P(NetEnd, end_inside_a_header_is_a_truncated_frame) {
  Endpoint& server = test_.listen();
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  client.send(std::string("\0\0", 2));
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return closed(); }));
  EXPECT_EQ(reason(), CloseReason::truncated_frame);
}

TEST_P(NetEnd, frame_that_is_announced_too_large_closes_at_once) {
  Endpoint& server = test_.listen();
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  client.send(std::string("\0\1\0\1", 4));  // 65537, one byte more than allowed
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && closed(); }));
  EXPECT_EQ(reason(), CloseReason::frame_too_large);
}

TEST_P(NetEnd, garbage_closes_its_connection_and_no_other) {
  Endpoint& server = test_.listen();
  test_.worker().add(Echo{server, &events_});
  Client& good = test_.connect(server.address());
  Client& bad = test_.connect(server.address());
  bad.send("GET / HTTP/1.1\r\nHost: weir\r\n\r\n");
  good.send(framed("hello"));
  ASSERT_TRUE(test_.run_until([&] { return bad.saw_end && closed() && !good.received.empty(); }));
  good.send(framed("still here"));
  std::string const expected = framed("hello") + framed("still here");
  ASSERT_TRUE(test_.run_until([&] { return good.received.size() >= expected.size(); }));
  EXPECT_EQ(good.received, expected);
  EXPECT_EQ(test_.counters().closed_for(CloseReason::frame_too_large), 1u);
}

TEST_P(NetEnd, close_is_seen_in_a_later_tick_than_the_last_frame) {
  Endpoint& server = test_.listen();
  std::uint64_t last_frame_tick = 0;
  std::uint64_t opened_tick = 0;
  std::uint64_t first_frame_tick = 0;
  std::uint64_t closed_tick = 0;
  std::uint64_t frames = 0;
  FlowHandle* flow = nullptr;
  FlowHandle handle = test_.worker().add(Custom{server,
                                                [&](Frame const&, Handoff<Frame>&) {
                                                  if (frames++ == 0)
                                                    first_frame_tick = flow->graph().tick();
                                                  last_frame_tick = flow->graph().tick();
                                                },
                                                [&](ConnectionEvent const& event, Handoff<Frame>&) {
                                                  if (event.kind == Kind::opened)
                                                    opened_tick = flow->graph().tick();
                                                  if (event.kind == Kind::closed)
                                                    closed_tick = flow->graph().tick();
                                                }});
  flow = &handle;
  Client& client = test_.connect(server.address());
  for (int i = 0; i < 50; ++i) client.send(framed("0123456789"));
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return closed_tick > 0; }));
  EXPECT_EQ(frames, 50u);
  EXPECT_LE(opened_tick, first_frame_tick);
  EXPECT_GT(closed_tick, last_frame_tick);
}

TEST_P(NetEnd, peer_that_is_not_answered_is_closed_when_its_tick_has_ended) {
  TestNet test(GetParam(), {}, TickBudget{.items = 1});
  Endpoint& server = test.listen();
  std::uint64_t frames = 0;
  test.worker().add(Custom{server, [&](Frame const&, Handoff<Frame>&) { ++frames; }, {}});
  Client& client = test.connect(server.address());
  for (int i = 0; i < 10; ++i) client.send(framed("no answer"));
  client.finishes = true;
  ASSERT_TRUE(test.run_until([&] { return client.saw_end; }));
  EXPECT_EQ(frames, 10u);
}

TEST_P(NetEnd, half_open_connection_is_kept_for_a_flow_that_answers_later) {
  Endpoint& server = test_.listen({.keep_half_open = true});
  std::vector<Kind> kinds;
  Bytes const answer(std::string_view("late answer"));
  test_.worker().add(Custom{server, [](Frame const&, Handoff<Frame>&) {},
                            [&](ConnectionEvent const& event, Handoff<Frame>& out) {
                              kinds.push_back(event.kind);
                              if (event.kind != Kind::peer_finished) return;
                              out.push(Frame{event.connection, answer.view()});
                              server.close(event.connection);
                            }});
  Client& client = test_.connect(server.address());
  client.send(framed("question"));
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && kinds.size() == 3; }));
  EXPECT_EQ(client.received, framed("late answer"));
  EXPECT_EQ(kinds, (std::vector<Kind>{Kind::opened, Kind::peer_finished, Kind::closed}));
}

// ---- torn down, in every state ------------------------------------------------------------------

class NetReset : public NetEnd {
 protected:
  // Connects, sends `stream`, waits for `when`, resets; expects that to be noticed and nothing to
  // be left.
  void reset_when(std::string const& stream, std::function<bool(Client&)> const& when,
                  bool reads = true) {
    Endpoint& server = test_.listen();
    test_.worker().add(Echo{server, &events_});
    Client& client = test_.connect(server.address(), reads ? 0 : 100);
    client.reads = reads;
    client.send(stream);
    ASSERT_TRUE(test_.run_until([&] { return client.peer().connected() && when(client); }));
    client.over = true;
    client.peer().reset();
    ASSERT_TRUE(test_.run_until([&] { return closed() || server.connection_count() == 0; }));
    test_.run_for();
    EXPECT_EQ(server.connection_count(), 0u);
    EXPECT_EQ(test_.net().pressure(), 0u);
    EXPECT_EQ(test_.net().unfinished_bytes(), 0u);
    // A reset at the right moment lets an accept fail; then there never was a connection.
    if (events_.empty()) return;
    EXPECT_EQ(reason(), CloseReason::peer_reset);
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetReset, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return name_of(choice); });

TEST_P(NetReset, before_it_was_accepted) {
  reset_when("", [](Client&) { return true; });
}

TEST_P(NetReset, when_idle) {
  reset_when("", [&](Client&) { return !events_.empty(); });
}

TEST_P(NetReset, inside_a_frame) {
  reset_when(framed(std::string(3000, 'x')).substr(0, 2000),
             [&](Client&) { return test_.counters().bytes_in == 2000; });
}

TEST_P(NetReset, between_answers) {
  std::string stream;
  for (int i = 0; i < 300; ++i) stream += framed("0123456789");
  reset_when(stream, [](Client& client) { return client.received.size() > 100; });
}

TEST_P(NetReset, when_it_is_suspended) {
  std::string stream;
  for (int i = 0; i < 100'000; ++i) stream += framed(std::string(100, 'x'));
  reset_when(
      stream, [&](Client&) { return test_.counters().suspended > 0; }, false);
}

// ---- by the flow --------------------------------------------------------------------------------

TEST_P(NetEnd, flow_closes_after_what_it_sent_in_the_same_tick) {
  Endpoint& server = test_.listen();
  test_.worker().add(
      Custom{server,
             [&](Frame const& frame, Handoff<Frame>& out) {
               server.close(frame.first, CloseReason::malformed);
               out.push(frame);
             },
             [&](ConnectionEvent const& event, Handoff<Frame>&) { events_.push_back(event); }});
  Client& client = test_.connect(server.address());
  client.send(framed("bad"));
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && closed(); }));
  EXPECT_EQ(client.received, framed("bad"));
  EXPECT_EQ(reason(), CloseReason::malformed);
}

TEST_P(NetEnd, another_connection_is_closed_after_what_the_same_tick_sends_to_it) {
  TestNet test(GetParam(), {}, TickBudget{.items = 1});
  Endpoint& server = test.listen();
  ConnectionId first;
  test.worker().add(Custom{server,
                           [&](Frame const& frame, Handoff<Frame>& out) {
                             server.close(first);
                             for (int i = 0; i < 5; ++i) out.push(Frame{first, frame.second});
                           },
                           [&](ConnectionEvent const& event, Handoff<Frame>&) {
                             if (!first.valid()) first = event.connection;
                           }});
  Client& other = test.connect(server.address());
  ASSERT_TRUE(test.run_until([&] { return first.valid(); }));
  Client& client = test.connect(server.address());
  client.send(framed("for the other"));
  ASSERT_TRUE(test.run_until([&] { return other.saw_end; }));
  std::string expected;
  for (int i = 0; i < 5; ++i) expected += framed("for the other");
  EXPECT_EQ(other.received, expected);
}

TEST_P(NetEnd, answer_to_a_connection_that_has_ended_reaches_nobody) {
  Endpoint& server = test_.listen();
  ConnectionId first;
  Bytes const text(std::string_view("for the first one"));
  test_.worker().add(Custom{server,
                            [&](Frame const&, Handoff<Frame>& out) {
                              out.push(Frame{first, text.view()});
                            },
                            [&](ConnectionEvent const& event, Handoff<Frame>&) {
                              if (!first.valid()) first = event.connection;
                              events_.push_back(event);
                            }});
  Client& gone = test_.connect(server.address());
  gone.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return closed(); }));
  Client& late = test_.connect(server.address());
  late.send(framed("answer the other one"));
  ASSERT_TRUE(test_.run_until([&] { return test_.counters().frames_dropped == 1; }));
  test_.run_for();
  EXPECT_EQ(late.received, "");
  ASSERT_EQ(events_.size(), 3u);
  EXPECT_EQ(events_[2].connection.place(), first.place()) << "the place is used again";
  EXPECT_NE(events_[2].connection, first) << "the identity is not";
}

TEST_P(NetEnd, flow_that_throws_ends_with_its_connections_and_others_go_on) {
  Endpoint& broken = test_.listen();
  Endpoint& sound = test_.listen();
  FlowHandle handle = test_.worker().add(
      Custom{broken, [](Frame const&, Handoff<Frame>&) { throw std::runtime_error("no"); }, {}});
  test_.worker().add(Echo{sound});
  Client& first = test_.connect(broken.address());
  Client& bystander = test_.connect(broken.address());
  Client& other = test_.connect(sound.address());
  ASSERT_TRUE(test_.run_until([&] { return test_.counters().opened == 3; }));
  first.send(framed("boom"));
  ASSERT_TRUE(test_.run_until([&] { return first.saw_end && bystander.saw_end; }));
  ASSERT_NE(handle.failure(), nullptr);
  EXPECT_EQ(handle.failure()->what, "no");
  EXPECT_EQ(test_.counters().closed_for(CloseReason::flow_failed), 2u);
  other.send(framed("fine"));
  ASSERT_TRUE(test_.run_until([&] { return other.received == framed("fine"); }));
}

TEST_P(NetEnd, events_that_are_asked_for_late_begin_with_those_that_are_open) {
  Endpoint& server = test_.listen();
  FlowHandle handle = test_.worker().add(Echo{server});
  Client& client = test_.connect(server.address());
  client.send(framed("x"));
  ASSERT_TRUE(test_.run_until([&] { return !client.received.empty(); }));
  Graph& graph = handle.graph();
  Subgraph& watch = graph.make_subgraph("watch", 0, {}, {}, [&](Activation& activation) {
    bool const done = server.events().drain(
        [&](ConnectionEvent const& event) { events_.push_back(event); }, activation.budget);
    return done ? Status::done : Status::yielded;
  });
  server.events().attach(graph, watch);
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return closed(); }));
  EXPECT_EQ(reason(), CloseReason::peer_closed);
}

// ---- places and descriptors ---------------------------------------------------------------------

TEST_P(NetEnd, more_connections_than_the_table_has_places_wait_their_turn) {
  Limits limits;
  limits.connection_count_max = 2;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  std::vector<Client*> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(&test.connect(server.address()));
    clients.back()->send(framed("hello"));
  }
  auto const answered = [&] {
    return static_cast<std::size_t>(std::count_if(clients.begin(), clients.end(), [](Client* one) {
      return one->received == framed("hello");
    }));
  };
  ASSERT_TRUE(test.run_until([&] { return answered() == 2; }));
  test.run_for();
  EXPECT_EQ(answered(), 2u);
  EXPECT_EQ(test.net().connection_count(), 2u);
  EXPECT_GE(test.counters().accept_pauses, 1u);
  for (Client* client : clients) client->finishes = true;
  ASSERT_TRUE(test.run_until([&] { return answered() == 5 && server.connection_count() == 0; }));
}

TEST_P(NetEndSim, accept_goes_on_when_a_descriptor_is_freed) {
  KernelChoice choice = GetParam();
  choice.options.descriptor_count_max = 3;  // the listener and two connections
  TestNet test(choice);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  std::vector<Client*> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(&test.connect(server.address()));
    clients.back()->send(framed("hello"));
  }
  ASSERT_TRUE(test.run_until([&] { return test.counters().accept_failures >= 1; }));
  for (Client* client : clients) client->finishes = true;
  ASSERT_TRUE(test.run_until([&] {
    return std::all_of(clients.begin(), clients.end(),
                       [](Client* one) { return one->received == framed("hello"); });
  }));
}

TEST_P(NetEndSim, accept_is_tried_again_after_a_while_when_none_of_ours_is_freed) {
  KernelChoice choice = GetParam();
  choice.options.descriptor_count_max = 1;
  TestNet test(choice);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  Client& client = test.connect(server.address());
  client.send(framed("hello"));
  ASSERT_TRUE(test.run_until([&] { return test.counters().accept_failures >= 3; }));
  EXPECT_GE(test.worker().clock().now(), 2 * Limits{}.accept_retry_time);
  choice.options.descriptor_count_max = 10;
  test.kernel().world()->set_options(choice.options);
  ASSERT_TRUE(test.run_until([&] { return client.received == framed("hello"); }));
}

}  // namespace
}  // namespace weir

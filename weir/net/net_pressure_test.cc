// Peers that do not read: what they cost, and whom they must not stop.
#include <gtest/gtest.h>

#include "tests/net/test_net.h"

namespace weir {
namespace {

class NetPressure : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetPressure, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return name_of(choice); });

class NetPressureSim : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetPressureSim, testing::ValuesIn(sim_kernels()),
                         [](auto const& choice) { return name_of(choice); });

std::string flood(std::size_t bytes, std::size_t payload = 1000) {
  std::string const frame = framed(std::string(payload, 'f'));
  std::string stream;
  while (stream.size() < bytes) stream += frame;
  return stream;
}

TEST_P(NetPressure, sender_that_does_not_read_is_suspended_and_goes_on_when_it_reads) {
  Limits limits = tiny_limits(4, 4096);
  limits.egress_connection_mark_bytes = 20'000;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  Client& client = test.connect(server.address(), 4096);
  client.reads = false;
  std::string const stream = flood(12u << 20);
  client.send(stream);
  ASSERT_TRUE(test.run_until([&] { return test.counters().suspended > 0; }));
  test.run_for();
  EXPECT_FALSE(client.has_sent_all()) << "the sender feels it";
  EXPECT_LE(test.net().pressure(),
            limits.egress_connection_mark_bytes + pool_bytes(limits) + limits.admit_bytes_per_tick);
  client.reads = true;
  ASSERT_TRUE(test.run_until([&] { return client.received.size() >= stream.size(); }));
  EXPECT_TRUE(client.received == stream);
  EXPECT_EQ(test.net().pressure(), 0u);
}

void ping_goes_on(TestNet& test, Client& ping) {
  std::string expected;
  for (int round = 0; round < 50; ++round) {
    std::string const frame = framed("ping " + std::to_string(round));
    ping.send(frame);
    expected += frame;
    ASSERT_TRUE(test.run_until([&] { return ping.received.size() >= expected.size(); })) << round;
  }
  EXPECT_EQ(ping.received, expected);
}

// N times the connection mark is more than the total.
TEST_P(NetPressure, many_senders_that_do_not_read_do_not_stop_a_ping) {
  for (std::uint32_t const pool_count : {1, 2, 4}) {
    Limits limits = tiny_limits(pool_count, 4096);
    limits.egress_connection_mark_bytes = 20'000;
    limits.egress_total_mark_bytes = 200'000;
    TestNet test(GetParam(), limits);
    Endpoint& server = test.listen();
    test.worker().add(Echo{server});
    for (int i = 0; i < 20; ++i) {
      Client& client = test.connect(server.address(), 4096);
      client.reads = false;
      client.send(flood(4u << 20));
    }
    Client& ping = test.connect(server.address());
    ping_goes_on(test, ping);
    test.run_for();
    ping_goes_on(test, ping);
    EXPECT_LE(test.net().pressure(), limits.egress_total_mark_bytes + pool_bytes(limits));
    EXPECT_EQ(test.counters().holds, 0u);
  }
}

// A flow that gives every frame to everybody.
struct Broadcast {
  Endpoint& endpoint;
  std::uint32_t copies = 1;

  void install(Graph& graph) && {
    struct State final : Program {
      std::vector<ConnectionId> everybody;
      std::uint32_t copies = 0;
    };
    auto made = make_owner<State>();
    State* const state = made.get();
    state->copies = copies;
    graph.adopt(std::move(made));
    auto const on_frame = [state](Frame const& frame, Handoff<Frame>& out) {
      for (ConnectionId const id : state->everybody)
        for (std::uint32_t i = 0; i < state->copies; ++i) out.push(Frame{id, frame.second});
    };
    auto const on_event = [state](ConnectionEvent const& event, Handoff<Frame>&) {
      if (event.kind == ConnectionEvent::Kind::opened) state->everybody.push_back(event.connection);
      else std::erase(state->everybody, event.connection);
    };
    std::move(Custom{endpoint, on_frame, on_event}).install(graph);
  }
};

TEST_P(NetPressure, slow_reader_of_a_broadcast_is_closed_and_the_others_get_all) {
  Limits limits = tiny_limits(4, 4096);
  limits.egress_hard_limit_bytes = 100'000;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  test.worker().add(Broadcast{server});
  Client& slow = test.connect(server.address(), 4096);
  Client& good = test.connect(server.address());
  ASSERT_TRUE(test.run_until([&] { return test.counters().opened == 2; }));
  slow.reads = false;
  std::string const stream = flood(12u << 20);
  good.send(stream);
  ASSERT_TRUE(test.run_until([&] { return good.received.size() >= stream.size(); }));
  EXPECT_TRUE(good.received == stream);
  EXPECT_EQ(test.counters().closed_for(CloseReason::slow), 1u);
}

TEST_P(NetPressure, where_the_policy_is_to_wait_everybody_waits_and_nothing_is_lost) {
  Limits limits = tiny_limits(4, 4096);
  limits.egress_hard_limit_bytes = 100'000;
  limits.egress_total_mark_bytes = 400'000;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen({.slow_policy = SlowPolicy::wait});
  test.worker().add(Broadcast{server});
  Client& slow = test.connect(server.address(), 4096);
  Client& good = test.connect(server.address());
  ASSERT_TRUE(test.run_until([&] { return test.counters().opened == 2; }));
  slow.reads = false;
  std::string const stream = flood(12u << 20);
  good.send(stream);
  ASSERT_TRUE(test.run_until([&] { return server.ingress().suspended(); }));
  test.run_for();
  EXPECT_FALSE(good.has_sent_all());
  EXPECT_LE(test.net().pressure(), limits.egress_total_mark_bytes);
  slow.reads = true;
  ASSERT_TRUE(test.run_until([&] {
    return good.received.size() >= stream.size() && slow.received.size() >= stream.size();
  }));
  EXPECT_TRUE(good.received == stream);
  EXPECT_TRUE(slow.received == stream);
  EXPECT_EQ(test.counters().closed_for(CloseReason::slow), 0u);
}

// One tick makes more than the total of what it is given, and is stopped in the middle.
TEST_P(NetPressure, tick_that_multiplies_is_held_in_the_middle_and_nothing_is_lost) {
  Limits limits = tiny_limits(4, 4096);
  limits.egress_hard_limit_bytes = 1u << 30;
  limits.egress_total_mark_bytes = 200'000;
  limits.egress_untried_mark_bytes = 50'000;
  limits.send_bytes_max = 100'000;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen({.slow_policy = SlowPolicy::wait});
  FlowHandle flow = test.worker().add(Broadcast{server, 12'000});
  Client& client = test.connect(server.address(), 65'536);
  ASSERT_TRUE(test.run_until([&] { return test.counters().opened == 1; }));
  client.reads = false;
  std::string const frame = framed(std::string(500, 'm'));
  client.send(frame);
  ASSERT_TRUE(test.run_until([&] { return flow.graph().held(); }));
  test.run_for();
  EXPECT_TRUE(flow.graph().mid_tick());
  EXPECT_LE(test.net().pressure(),
            limits.egress_total_mark_bytes + limits.egress_untried_mark_bytes + 64 * frame.size());
  client.reads = true;
  ASSERT_TRUE(test.run_until([&] { return client.received.size() >= 12'000 * frame.size(); }));
  EXPECT_EQ(client.received.substr(client.received.size() - frame.size()), frame);
  EXPECT_EQ(client.received.size(), 12'000 * frame.size());
  EXPECT_FALSE(flow.graph().held());
}

TEST_P(NetPressure, graph_that_is_held_takes_no_memory_from_another_graph_of_its_worker) {
  Limits limits = tiny_limits(1, 4096);
  limits.egress_hard_limit_bytes = 1u << 30;
  limits.egress_total_mark_bytes = 200'000;
  limits.egress_untried_mark_bytes = 50'000;
  TestNet test(GetParam(), limits);
  Endpoint& held = test.listen({.slow_policy = SlowPolicy::wait});
  Endpoint& free = test.listen();
  FlowHandle flow = test.worker().add(Broadcast{held, 12'000});
  test.worker().add(Echo{free});
  Client& client = test.connect(held.address(), 4096);
  ASSERT_TRUE(test.run_until([&] { return test.counters().opened == 1; }));
  client.reads = false;
  client.send(flood(100'000, 500));
  ASSERT_TRUE(test.run_until([&] { return flow.graph().held(); }));
  ping_goes_on(test, test.connect(free.address()));
}

// Two pipelines in one graph, one of which is full.
struct TwoPipelines {
  Endpoint& first;
  Endpoint& second;
  void install(Graph& graph) && {
    std::move(Broadcast{first, 50}).install(graph);
    std::move(Echo{second}).install(graph);
  }
};

TEST_P(NetPressure, pipeline_that_does_not_lead_to_what_is_full_goes_on) {
  Limits limits = tiny_limits(4, 4096);
  limits.egress_hard_limit_bytes = 60'000;
  limits.egress_untried_mark_bytes = 16u << 20;
  limits.admit_items_per_tick = 1;  // so that no tick is stopped in the middle
  TestNet test(GetParam(), limits);
  Endpoint& full = test.listen({.slow_policy = SlowPolicy::wait});
  Endpoint& free = test.listen();
  FlowHandle flow = test.worker().add(TwoPipelines{full, free});
  Client& client = test.connect(full.address(), 4096);
  ASSERT_TRUE(test.run_until([&] { return test.counters().opened == 1; }));
  client.reads = false;
  client.send(flood(12u << 20, 200));
  ASSERT_TRUE(test.run_until([&] { return full.ingress().suspended(); }));
  test.run_for();
  EXPECT_FALSE(flow.graph().held());
  EXPECT_FALSE(free.ingress().suspended());
  ping_goes_on(test, test.connect(free.address()));
}

TEST_P(NetPressureSim, those_who_fill_the_total_are_closed_after_a_while) {
  Limits limits = tiny_limits(4, 4096);
  limits.egress_total_mark_bytes = 200'000;
  limits.egress_untried_mark_bytes = 50'000;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  ConnectionId slow_id;
  test.worker().add(Custom{server,
                           [&](Frame const& frame, Handoff<Frame>& out) {
                             for (int i = 0; i < 500; ++i) out.push(Frame{slow_id, frame.second});
                             out.push(frame);
                           },
                           [&](ConnectionEvent const& event, Handoff<Frame>&) {
                             if (!slow_id.valid()) slow_id = event.connection;
                           }});
  Client& slow = test.connect(server.address(), 100);
  ASSERT_TRUE(test.run_until([&] { return slow_id.valid(); }));
  slow.reads = false;
  Client& good = test.connect(server.address());
  Instant const began = test.worker().clock().now();
  std::string const stream = flood(30'000);
  good.send(stream);
  ASSERT_TRUE(test.run_until([&] { return good.received.size() >= stream.size(); }));
  EXPECT_EQ(good.received, stream);
  EXPECT_EQ(test.counters().closed_for(CloseReason::slow), 1u);
  EXPECT_GE(test.counters().holds, 1u);
  EXPECT_GE(test.worker().clock().now() - began, limits.pressure_time_max);
}

// Neither answers the other: each has something to say, more than its mark and the wire hold.
TEST_P(NetPressure, two_nodes_that_stream_to_each_other_do_not_block_each_other) {
  Limits limits = tiny_limits(4, 4096);
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  Endpoint& dialer = test.worker().make_dialer();
  Bytes const payload(std::string(100'000, 'p'));
  std::uint64_t received[2] = {};
  for (int i = 0; i < 2; ++i) {
    std::uint64_t* const count = &received[i];
    test.worker().add(Custom{i == 0 ? server : dialer,
                             [=](Frame const&, Handoff<Frame>&) { ++*count; },
                             [&](ConnectionEvent const& event, Handoff<Frame>& out) {
                               if (event.kind != ConnectionEvent::Kind::opened) return;
                               for (int k = 0; k < 120; ++k)
                                 out.push(Frame{event.connection, payload.view().part(0, 60'000)});
                             }});
  }
  dialer.dial(server.address());
  ASSERT_TRUE(test.run_until([&] { return received[0] == 120 && received[1] == 120; }));
  EXPECT_EQ(test.counters().closed_for(CloseReason::slow), 0u);
}

// Each of two nodes sends the other more than it gets, reads nothing while it may not send, and
// waits for the other for ever. That is what `wait` means; `close` ends it.
TEST_P(NetPressureSim, two_nodes_that_both_wait_can_block_each_other) {
  for (SlowPolicy const policy : {SlowPolicy::wait, SlowPolicy::close}) {
    Limits limits = tiny_limits(4, 4096);
    limits.egress_hard_limit_bytes = 50'000;
    TestNet test(GetParam(), limits);
    Endpoint& server = test.listen({.slow_policy = policy});
    Endpoint& dialer = test.worker().make_dialer({.slow_policy = policy});
    test.worker().add(Broadcast{server, 3});
    Bytes const seed(std::string(1000, 's'));
    std::uint64_t received = 0;
    test.worker().add(Custom{dialer,
                             [&](Frame const& frame, Handoff<Frame>& out) {
                               ++received;
                               for (int i = 0; i < 3; ++i) out.push(frame);
                             },
                             [&](ConnectionEvent const& event, Handoff<Frame>& out) {
                               if (event.kind == ConnectionEvent::Kind::opened)
                                 out.push(Frame{event.connection, seed.view()});
                             }});
    dialer.dial(server.address());
    // Long enough for marks to rise; they meet the hard limit.
    for (int i = 0; i < 100; ++i) {
      test.run_for(5 * milliseconds);
      test.kernel().world()->advance(100 * milliseconds);
    }
    // What one did with the other's last words does not matter.
    bool const blocked = policy == SlowPolicy::wait;
    EXPECT_GT(received, 10u);
    EXPECT_EQ(test.net().pressure() > 0, blocked);
    EXPECT_EQ(test.counters().closed_for(CloseReason::slow) == 0, blocked);
  }
}

// Linux may miss a multishot receive when it is cancelled by its user_data (liburing issue 1375).
TEST(NetPressureMisses, cancel_that_missed_is_repeated) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    KernelChoice choice{.name = "misses", .kind = KernelChoice::Kind::sim};
    choice.options = SimOptions::hostile();
    choice.options.missed_cancel_once_in = 2;
    choice.options.early_enobufs_once_in = choice.options.multishot_ends_once_in = 0;
    choice.seed = seed;
    // So many that the pool is never empty, which would end the receive as well.
    Limits limits = tiny_limits(16, 65'536);
    limits.admit_bytes_per_tick = 1u << 20;
    limits.admit_items_per_tick = 8192;
    limits.egress_connection_mark_bytes = 20'000;
    TestNet test(choice, limits);
    Endpoint& server = test.listen();
    test.worker().add(Echo{server});
    Client& client = test.connect(server.address(), 4096);
    client.reads = false;
    client.send(flood(4u << 20));
    ASSERT_TRUE(test.run_until([&] { return test.counters().suspended > 0; }));
    test.run_for();
    EXPECT_LE(test.net().pressure(), limits.egress_connection_mark_bytes + 300'000) << seed;
  }
}

// ---- unfinished frames --------------------------------------------------------------------------

TEST_P(NetPressure, headers_that_announce_much_cost_little) {
  Limits limits;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  for (int i = 0; i < 100; ++i) {
    Client& client = test.connect(server.address());
    client.send(std::string("\x00\xFF\xFF\xFF", 4) + "only this");
  }
  ASSERT_TRUE(test.run_until([&] { return test.counters().bytes_in == 100 * 13; }));
  test.run_for();
  EXPECT_LE(test.net().unfinished_bytes(), 100u * 4096);
}

TEST_P(NetPressureSim, who_begins_a_large_frame_and_stops_is_closed_when_others_need_the_memory) {
  Limits limits = tiny_limits(4, 1024);
  limits.unfinished_total_mark_bytes = 20'000;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  std::string const frame = framed(std::string(60'000, 'u'));
  Client& loris = test.connect(server.address());
  loris.send(frame.substr(0, 15'000));
  ASSERT_TRUE(test.run_until([&] { return test.counters().bytes_in == 15'000; }));
  Client& good = test.connect(server.address());
  good.send(frame);
  Client& small = test.connect(server.address());
  Instant const began = test.worker().clock().now();
  ping_goes_on(test, small);
  EXPECT_LT(test.worker().clock().now() - began, 2 * seconds) << "small frames need no more memory";
  ASSERT_TRUE(test.run_until([&] { return good.received.size() >= frame.size(); }));
  EXPECT_TRUE(good.received == frame);
  EXPECT_EQ(test.counters().closed_for(CloseReason::slow), 1u);
}

TEST_P(NetPressure, beginnings_of_frames_of_any_number_of_peers_have_a_bound) {
  Limits limits = tiny_limits(4, 4096);
  limits.unfinished_total_mark_bytes = 50'000;
  limits.unfinished_hard_limit_bytes = 100'000;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  std::string const begun = framed(std::string(60'000, 'b')).substr(0, 15'000);
  std::uint64_t worst = 0;
  for (int i = 0; i < 40; ++i) {
    test.connect(server.address()).send(begun);
    for (int k = 0; k < 5; ++k) {
      test.run_for(200 * microseconds);
      worst = std::max(worst, test.net().unfinished_bytes());
    }
  }
  EXPECT_GT(test.counters().closed_for(CloseReason::slow), 10u);
  EXPECT_GT(worst, limits.unfinished_total_mark_bytes);
  EXPECT_LE(worst, limits.unfinished_hard_limit_bytes + 2 * pool_bytes(limits));
}

// ---- the sum ------------------------------------------------------------------------------------

TEST_P(NetPressure, memory_stays_below_the_sum_that_is_written_down) {
  Limits limits = tiny_limits(4, 4096);
  limits.egress_total_mark_bytes = 8 * pool_bytes(limits);
  limits.unfinished_total_mark_bytes = 100'000;
  limits.unfinished_hard_limit_bytes = 400'000;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  Random random(7);
  for (int i = 0; i < 30; ++i) {
    Client& client = test.connect(server.address(), 4096);
    client.reads = i % 3 == 0;
    client.send(random_frames(random, 60, 60'000));
  }
  std::uint64_t worst = 0;
  for (int i = 0; i < 800; ++i) {
    test.run_for(100 * microseconds);
    worst = std::max(worst, test.net().pressure() + test.net().unfinished_bytes());
  }
  EXPECT_LE(worst + pool_bytes(limits), memory_bytes_max(limits, 1));
  EXPECT_GT(worst, 0u);
}

}  // namespace
}  // namespace weir

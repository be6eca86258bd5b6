// Peers that say nothing, or too little: each is closed for its reason, and nobody else is.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/net/test_net.h"

namespace weir {
namespace {

using Kind = ConnectionEvent::Kind;

class NetSilence : public testing::TestWithParam<KernelChoice> {
 protected:
  TestNet test_{GetParam(), tiny_limits(2, 512)};
  std::vector<ConnectionEvent> events_;

  Instant now() { return test_.worker().clock().now(); }
  // Time goes by, whatever happens in it.
  void pass(Duration time) {
    Instant const end = now() + time;
    while (now() < end) {
      test_.act();
      test_.worker().step(end);
    }
  }
  std::size_t closed_for(CloseReason reason) const {
    return static_cast<std::size_t>(
        std::count_if(events_.begin(), events_.end(), [&](ConnectionEvent const& event) {
          return event.kind == Kind::closed && event.reason == reason;
        }));
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetSilence, testing::ValuesIn(test_kernels()), name_of);

// Where time is a number.
class NetSilenceSim : public NetSilence {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetSilenceSim, testing::ValuesIn(test_kernels_named("sim")),
                         name_of);

TEST_P(NetSilence, peer_that_never_says_hello_is_closed) {
  Endpoint& server = test_.listen({.hello_time = 20 * milliseconds});
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  Instant const began = now();
  ASSERT_TRUE(test_.run_until(
      [&] { return client.saw_end && closed_for(CloseReason::hello_timeout) == 1; }));
  EXPECT_GE(now() - began, 20 * milliseconds);
  EXPECT_EQ(server.connection_count(), 0u);
}

TEST_P(NetSilence, one_byte_is_a_hello) {
  Endpoint& server = test_.listen({.hello_time = 20 * milliseconds});
  test_.worker().add(Echo{server, &events_});
  Client& talker = test_.connect(server.address());
  talker.send(framed("hi").substr(0, 1));
  ASSERT_TRUE(test_.run_until([&] { return test_.counters().bytes_in == 1; }));
  Client& silent = test_.connect(server.address());
  ASSERT_TRUE(test_.run_until([&] { return silent.saw_end; }));
  pass(20 * milliseconds);
  EXPECT_FALSE(talker.saw_end);
  talker.send(framed("hi").substr(1));
  ASSERT_TRUE(test_.run_until([&] { return talker.received == framed("hi"); }));
}

TEST_P(NetSilence, peer_that_falls_silent_is_closed) {
  Endpoint& server = test_.listen({.idle_time = 20 * milliseconds});
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  client.send(framed("hello"));
  ASSERT_TRUE(test_.run_until([&] { return client.received == framed("hello"); }));
  Instant const heard = now();
  ASSERT_TRUE(test_.run_until(
      [&] { return client.saw_end && closed_for(CloseReason::idle_timeout) == 1; }));
  // What it heard of us came after what we heard of it.
  EXPECT_GE(now() - heard, 19 * milliseconds);
}

TEST_P(NetSilence, peer_that_trickles_is_closed_as_slow) {
  Endpoint& server = test_.listen({.frame_time = 20 * milliseconds});
  test_.worker().add(Echo{server, &events_});
  Client& trickling = test_.connect(server.address());
  std::string const begun = framed(std::string(60'000, 't'));
  Client& good = test_.connect(server.address());
  Instant const began = now();
  std::string expected;
  for (std::size_t i = 0; i < 1000 && closed_for(CloseReason::slow) == 0; ++i) {
    trickling.send(begun.substr(i, 1));
    if (good.received.size() == expected.size()) {  // whole frames, one after the other
      good.send(framed("quick"));
      expected += framed("quick");
    }
    pass(1 * milliseconds);
  }
  ASSERT_TRUE(test_.run_until([&] { return trickling.saw_end; }));
  EXPECT_EQ(closed_for(CloseReason::slow), 1u);
  EXPECT_GE(now() - began, 20 * milliseconds);
  EXPECT_FALSE(good.saw_end);
  EXPECT_EQ(test_.net().unfinished_bytes(), 0u);
}

TEST_P(NetSilenceSim, time_outs_come_when_they_should) {
  if (GetParam().name != "sim") return;  // a hostile world delays what the peer sees
  Endpoint& server = test_.listen(
      {.hello_time = 1 * seconds, .idle_time = 8 * seconds, .frame_time = 4 * seconds});
  std::vector<std::pair<Instant, CloseReason>> ends;
  test_.worker().add(Custom{server, [](Frame const&, Handoff<Frame>&) {},
                            [&](ConnectionEvent const& event, Handoff<Frame>&) {
                              if (event.kind == Kind::closed)
                                ends.emplace_back(now(), event.reason);
                            }});
  Instant const began = now();
  test_.connect(server.address());
  Client& idle = test_.connect(server.address());
  idle.send(framed("one"));
  Client& slow = test_.connect(server.address());
  slow.send(framed("two").substr(0, 5));
  pass(20 * seconds);
  ASSERT_EQ(ends.size(), 3u);
  Duration const late = 4 * seconds / 3;
  EXPECT_EQ(ends[0].second, CloseReason::hello_timeout);
  EXPECT_LE(ends[0].first - began, 1 * seconds + 10 * milliseconds);
  EXPECT_EQ(ends[1].second, CloseReason::slow);
  EXPECT_GE(ends[1].first - began, 4 * seconds);
  EXPECT_LE(ends[1].first - began, 4 * seconds + late);
  EXPECT_EQ(ends[2].second, CloseReason::idle_timeout);
  EXPECT_GE(ends[2].first - began, 8 * seconds);
  EXPECT_LE(ends[2].first - began, 8 * seconds + late);
}

TEST_P(NetSilenceSim, who_speaks_often_enough_stays) {
  Endpoint& server = test_.listen(
      {.hello_time = 1 * seconds, .idle_time = 2 * seconds, .frame_time = 1 * seconds});
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    client.send(framed("still here"));
    expected += framed("still here");
    ASSERT_TRUE(test_.run_until([&] { return client.received == expected; }));
    pass(900 * milliseconds);
  }
  EXPECT_FALSE(client.saw_end);
  EXPECT_EQ(events_.size(), 1u);
}

TEST_P(NetSilenceSim, silence_of_a_peer_that_is_not_read_does_not_count) {
  Endpoint& server = test_.listen(
      {.hello_time = 1 * seconds, .idle_time = 2 * seconds, .frame_time = 1 * seconds});
  FlowHandle flow = test_.worker().add(Echo{server, &events_});
  Client& silent = test_.connect(server.address());
  Client& begun = test_.connect(server.address());
  begun.send(framed("be").substr(0, 5));
  ASSERT_TRUE(
      test_.run_until([&] { return test_.counters().bytes_in == 5 && events_.size() == 2; }));
  {
    Hold hold(flow.graph());
    hold.set();
    test_.net().settle();
    pass(10 * seconds);
    EXPECT_EQ(test_.net().connection_count(), 2u);
    hold.release();
    test_.net().settle();
  }
  begun.send(framed("be").substr(5));
  ASSERT_TRUE(test_.run_until([&] { return begun.received == framed("be"); }));
  ASSERT_TRUE(
      test_.run_until([&] { return silent.saw_end && begun.saw_end && events_.size() == 4; }));
  EXPECT_EQ(closed_for(CloseReason::hello_timeout), 1u);
  EXPECT_EQ(closed_for(CloseReason::idle_timeout), 1u);
}

TEST_P(NetSilenceSim, idle_connections_cost_a_few_looks_and_no_more) {
  Endpoint& server = test_.listen({.idle_time = 8 * seconds});
  test_.worker().add(Echo{server, &events_});
  for (int i = 0; i < 50; ++i) test_.connect(server.address());
  ASSERT_TRUE(test_.run_until([&] { return events_.size() >= 50; }));
  std::uint64_t const enters = test_.worker().ring().counters().enters;
  pass(7 * seconds);
  // Eight looks at each, those that are due together at once.
  EXPECT_LE(test_.worker().ring().counters().enters - enters, 100u);
  EXPECT_EQ(test_.net().connection_count(), 50u);
}

TEST_P(NetSilence, time_outs_do_not_disturb_an_end_that_is_under_way) {
  Endpoint& server = test_.listen(
      {.keep_half_open = true, .hello_time = 10 * milliseconds, .idle_time = 10 * milliseconds});
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return events_.size() == 2; }));
  EXPECT_EQ(events_.back().kind, Kind::peer_finished);
  pass(30 * milliseconds);
  EXPECT_EQ(events_.size(), 2u) << "after its end nothing is expected of it";
  server.close(events_[0].connection);
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && events_.size() == 3; }));
  EXPECT_EQ(events_.back().reason, CloseReason::closed_by_flow);
}

}  // namespace
}  // namespace weir

// What an endpoint is told to do: limits for each peer, frames dropped for a slow one, a framing of
// one's own, and an end of one direction.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/net/netstring.h"
#include "tests/net/test_net.h"

namespace weir {
namespace {

using Kind = ConnectionEvent::Kind;

class NetPolicy : public testing::TestWithParam<KernelChoice> {
 protected:
  TestNet test_{GetParam(), tiny_limits(2, 512)};
  std::vector<ConnectionEvent> events_;

  std::size_t closed_for(CloseReason reason) { return test_.counters().closed_for(reason); }
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetPolicy, testing::ValuesIn(test_kernels()), name_of);

// ---- so many from one address -------------------------------------------------------------------

TEST_P(NetPolicy, peer_has_so_many_connections_and_no_more) {
  Endpoint& server = test_.listen({.connections_per_peer_max = 2});
  test_.worker().add(Echo{server, &events_});
  Client& first = test_.connect(server.address());
  Client& second = test_.connect(server.address());
  first.send(framed("1"));
  second.send(framed("2"));
  ASSERT_TRUE(test_.run_until([&] { return !first.received.empty() && !second.received.empty(); }));
  Client& third = test_.connect(server.address());
  ASSERT_TRUE(test_.run_until(
      [&] { return third.saw_end && closed_for(CloseReason::too_many_from_peer) == 1; }));
  EXPECT_EQ(server.connection_count(), 2u);
  first.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return first.saw_end && server.connection_count() == 1; }));
  Client& fourth = test_.connect(server.address());
  fourth.send(framed("4"));
  ASSERT_TRUE(test_.run_until([&] { return fourth.received == framed("4"); }));
  second.send(framed("still"));
  ASSERT_TRUE(test_.run_until([&] { return second.received == framed("2") + framed("still"); }));
  EXPECT_EQ(closed_for(CloseReason::too_many_from_peer), 1u);
}

TEST_P(NetPolicy, nobody_is_accepted_while_very_many_events_wait) {
  Limits limits;
  limits.event_count_mark = 4;
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  FlowHandle flow = test.worker().add(Echo{server, &events_});
  ASSERT_TRUE(test.run_until([&] { return flow.graph().tick() > 0; }));
  {
    Hold hold(flow.graph());
    hold.set();
    test.net().settle();
    for (int i = 0; i < 10; ++i) test.connect(server.address());
    ASSERT_TRUE(test.run_until([&] { return test.counters().opened >= 4; }));
    test.run_for(5 * milliseconds);
    EXPECT_EQ(test.counters().opened, 4u);
    hold.release();
    test.net().settle();
  }
  ASSERT_TRUE(test.run_until([&] { return events_.size() == 10; }));
}

// Of peers that are slow. With a smaller one real kernels send what has waited at the pace of their
// timers.
constexpr std::uint32_t slow_window_bytes = 4096;

// ---- a slow peer whose frames are dropped -------------------------------------------------------

// Large enough for a few to fill what a real kernel keeps for a socket.
constexpr std::uint32_t feed_bytes = 60'000;
constexpr std::uint32_t feed_frame_bytes = feed_bytes + length_header_bytes;

// Sends numbered frames to each connection that has said something, as many as `wanted`.
struct Feed {
  Endpoint& endpoint;
  std::uint64_t& wanted;
  std::uint64_t& sent;

  void install(Graph& graph) && {
    struct State final : Program {
      std::vector<ConnectionId> readers;
      std::vector<Bytes> frames;
      Handoff<Frame>* out = nullptr;
    };
    auto made = make_owner<State>();
    State* const state = made.get();
    graph.adopt(std::move(made));
    Endpoint* const from = &endpoint;
    std::uint64_t* const count = &wanted;
    std::uint64_t* const done = &sent;
    Subgraph& feed = graph.make_subgraph("feed", 0, {}, {}, [=](Activation& activation) {
      bool const all = from->ingress().drain(
          [&](Frame const& frame) {
            bool const known = std::find(state->readers.begin(), state->readers.end(),
                                         frame.first) != state->readers.end();
            if (!known) state->readers.push_back(frame.first);
            if (*done == *count) return;
            ++*done;
            Bytes const payload(std::string(feed_bytes, static_cast<char>('a' + *done % 26)));
            state->frames.push_back(payload);
            for (ConnectionId const reader : state->readers)
              state->out->push(Frame{reader, state->frames.back().view()});
          },
          activation.budget);
      return all ? Status::done : Status::yielded;
    });
    from->ingress().attach(graph, feed);
    state->out = &from->egress().connect(graph, feed);
  }
};

// A peer that does not read for a while, and a driver that both asks and reads: each of its frames
// makes one for everybody.
class NetDrops : public NetPolicy {
 protected:
  void drop_for_the_slow(SlowPolicy policy, std::uint64_t pressure_max) {
    Endpoint& server = test_.listen({.slow_policy = policy, .queue_bytes_max = 3 * feed_bytes});
    test_.worker().add(Feed{server, wanted_, sent_});
    slow_ = &test_.connect(server.address(), slow_window_bytes);
    slow_->reads = false;
    slow_->send(framed(""));
    ASSERT_TRUE(test_.run_until([&] { return sent_ == 1; }));
    Client& driver = test_.connect(server.address());
    std::size_t asked = 0;
    ASSERT_TRUE(test_.run_until([&] {
      if (driver.received.size() == asked * feed_frame_bytes && sent_ < wanted_) {
        driver.send(framed(""));
        ++asked;
      }
      EXPECT_LE(test_.net().pressure(), pressure_max);
      return test_.counters().frames_dropped_slow > 50 || sent_ == wanted_;
    }));
    EXPECT_GT(test_.counters().frames_dropped_slow, 0u);
    EXPECT_EQ(closed_for(CloseReason::slow), 0u);
    wanted_ = sent_;
    slow_->reads = true;
    driver.finishes = slow_->finishes = true;
    ASSERT_TRUE(test_.run_until([&] { return slow_->saw_end && driver.saw_end; }));
    EXPECT_EQ(driver.received.size(), asked * feed_frame_bytes);
    expect_whole_frames();
  }
  // Whoever reads again gets whole frames, in order, with gaps.
  void expect_whole_frames() {
    std::string const& received = slow_->received;
    ASSERT_EQ(received.size() % feed_frame_bytes, 0u);
    for (std::size_t at = 0; at < received.size(); at += feed_frame_bytes) {
      std::string const frame = received.substr(at, feed_frame_bytes);
      EXPECT_EQ(frame, framed(std::string(feed_bytes, frame[4])));
    }
    std::uint64_t const total =
        received.size() / feed_frame_bytes + test_.counters().frames_dropped_slow;
    EXPECT_EQ(total, sent_) << "each was sent or counted";
    EXPECT_EQ(test_.net().pressure(), 0u);
  }

  std::uint64_t wanted_ = 2000;
  std::uint64_t sent_ = 0;
  Client* slow_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetDrops, testing::ValuesIn(test_kernels()), name_of);

TEST_P(NetDrops, slow_peer_loses_whole_frames_and_nobody_else_any) {
  drop_for_the_slow(SlowPolicy::drop_newest, ~std::uint64_t{0});
}

TEST_P(NetDrops, slow_peer_is_given_what_is_newest_and_each_frame_whole) {
  // Three frames, and what is on its way to a driver that reads.
  drop_for_the_slow(SlowPolicy::drop_oldest, 5 * feed_frame_bytes);
  EXPECT_EQ(slow_->received.back(), static_cast<char>('a' + sent_ % 26)) << "the newest is there";
}

TEST_P(NetPolicy, what_waits_for_a_connection_to_open_is_dropped_by_the_same_rule) {
  for (SlowPolicy const policy : {SlowPolicy::drop_newest, SlowPolicy::drop_oldest}) {
    TestNet test(GetParam());
    Endpoint& dialer = test.worker().make_dialer({.slow_policy = policy, .queue_bytes_max = 100});
    test.worker().add(Echo{dialer});
    Address address;
    Client& whom = test.accept(address);
    ConnectionId const id = dialer.dial(address);
    std::string all;
    for (int i = 10; i < 60; ++i) {
      Bytes const text(std::to_string(i) + "345678");
      all += framed(text.text());
      dialer.egress().give(id, text.view());
      test.net().settle();
    }
    Bytes const huge(std::string(100, 'x'));  // has no room, whatever is dropped for it
    dialer.egress().give(id, huge.view());
    std::size_t const kept = 100 / 12 * 12;  // in frames of 12 bytes
    ASSERT_TRUE(
        test.run_until([&] { return whom.peer().accepted() && whom.received.size() >= kept; }));
    bool const oldest = policy == SlowPolicy::drop_oldest;
    EXPECT_EQ(whom.received, oldest ? all.substr(all.size() - kept) : all.substr(0, kept));
    EXPECT_EQ(test.counters().frames_dropped_slow, 50u - 100 / 12 + 1);
    EXPECT_EQ(test.counters().frames_out, 100u / 12);
  }
}

// Frames that lie side by side in the pool are one row to the queue, but each is asked about room.
TEST_P(NetPolicy, limit_for_what_waits_holds_within_a_burst) {
  constexpr std::uint64_t limit = 6000;  // above what a tick may be given, 4096
  for (SlowPolicy const policy : {SlowPolicy::drop_newest, SlowPolicy::drop_oldest}) {
    TestNet test(GetParam(), tiny_limits(4, 16 * 1024));
    Endpoint& server = test.listen({.slow_policy = policy, .queue_bytes_max = limit});
    ConnectionId whom;
    test.worker().add(Custom{server,
                             [&](Frame const& frame, Handoff<Frame>& out) {
                               if (!whom.valid()) whom = frame.first;
                               else out.push(Frame{whom, frame.second});
                             },
                             {}});
    Client& slow = test.connect(server.address(), slow_window_bytes);
    slow.reads = false;
    slow.send(framed("me"));
    ASSERT_TRUE(test.run_until([&] { return whom.valid(); }));
    Client& driver = test.connect(server.address());
    std::string burst;
    for (int i = 0; i < 300; ++i) burst += framed(std::string(100, 'b'));
    std::uint64_t most = 0;
    ASSERT_TRUE(test.run_until([&] {
      if (driver.has_sent_all()) driver.send(burst);
      most = std::max(most, test.net().pressure());
      return test.counters().frames_dropped_slow > 1000;
    }));
    EXPECT_LE(most, limit);
    slow.reads = true;
    std::string const frame = framed(std::string(100, 'b'));
    ASSERT_TRUE(test.run_until([&] {
      return driver.has_sent_all() &&
             test.counters().frames_in == 1 + driver.sent_bytes() / frame.size();
    }));
    driver.finishes = true;
    slow.finishes = true;
    ASSERT_TRUE(test.run_until([&] { return slow.saw_end && driver.saw_end; }));
    ASSERT_EQ(slow.received.size() % frame.size(), 0u);
    for (std::size_t at = 0; at < slow.received.size(); at += frame.size())
      ASSERT_EQ(slow.received.compare(at, frame.size(), frame), 0);
    EXPECT_EQ(slow.received.size() / frame.size(), test.counters().frames_out);
    EXPECT_EQ(test.counters().frames_in - 1,
              test.counters().frames_out + test.counters().frames_dropped_slow);
  }
}

TEST_P(NetPolicy, endpoint_has_a_limit_of_its_own_for_what_waits) {
  Endpoint& server = test_.listen({.queue_bytes_max = 3 * feed_bytes});
  std::uint64_t wanted = 1'000'000;
  std::uint64_t sent = 0;
  test_.worker().add(Feed{server, wanted, sent});
  Client& slow = test_.connect(server.address(), slow_window_bytes);
  slow.reads = false;
  slow.send(framed(""));
  ASSERT_TRUE(test_.run_until([&] { return sent == 1; }));
  Client& driver = test_.connect(server.address());
  std::size_t asked = 0;
  ASSERT_TRUE(test_.run_until([&] {
    if (driver.received.size() == asked * feed_frame_bytes) {
      driver.send(framed(""));
      ++asked;
    }
    return closed_for(CloseReason::slow) == 1;
  }));
  EXPECT_FALSE(driver.saw_end);
  EXPECT_EQ(server.connection_count(), 1u);
}

// ---- a framing of one's own ---------------------------------------------------------------------

TEST_P(NetPolicy, custom_framing_is_spoken_both_ways) {
  Endpoint& server =
      test_.listen({.framing = Framing::custom, .custom = &custom_framing<Netstring>});
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  Random random(7);
  std::string stream;
  for (int i = 0; i < 50; ++i)
    stream +=
        netstring(random_text(random, random.once_in(5) ? random.below(5000) : random.below(60)));
  client.send(stream);
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && events_.size() == 2; }));
  EXPECT_TRUE(client.received == stream);
  EXPECT_EQ(events_.back().reason, CloseReason::peer_closed);
}

TEST_P(NetPolicy, what_is_no_custom_frame_is_malformed_and_nobody_else_is_closed) {
  Endpoint& server =
      test_.listen({.framing = Framing::custom, .custom = &custom_framing<Netstring>});
  test_.worker().add(Echo{server, &events_});
  Client& good = test_.connect(server.address());
  Client& bad = test_.connect(server.address());
  bad.send(netstring("fine") + "GET / HTTP/1.1\r\n");
  good.send(netstring("hello"));
  ASSERT_TRUE(test_.run_until([&] { return bad.saw_end && good.received == netstring("hello"); }));
  EXPECT_EQ(closed_for(CloseReason::malformed), 1u);
  EXPECT_FALSE(good.saw_end);
}

TEST_P(NetPolicy, end_inside_a_custom_frame_is_a_truncated_frame) {
  Endpoint& server =
      test_.listen({.framing = Framing::custom, .custom = &custom_framing<Netstring>});
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  client.send(netstring("whole") + "5:hal");
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && events_.size() == 2; }));
  EXPECT_EQ(client.received, netstring("whole"));
  EXPECT_EQ(events_.back().reason, CloseReason::truncated_frame);
}

TEST_P(NetPolicy, custom_frame_of_more_than_the_limit_is_too_large) {
  Endpoint& server =
      test_.listen({.framing = Framing::custom, .custom = &custom_framing<Netstring>});
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  client.send("65537:");
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && events_.size() == 2; }));
  EXPECT_EQ(events_.back().reason, CloseReason::frame_too_large);
}

// ---- an end of one direction --------------------------------------------------------------------

TEST_P(NetPolicy, our_end_comes_behind_all_that_was_sent_and_the_peer_may_go_on) {
  Endpoint& server = test_.listen({.keep_half_open = true});
  std::string heard;
  Bytes const answer(std::string(3000, 'z'));
  test_.worker().add(
      Custom{server,
             [&](Frame const& frame, Handoff<Frame>& out) {
               heard += frame.second.text();
               if (heard != "question") return;
               server.finish_sending(frame.first);
               out.push(Frame{frame.first, answer.view()});  // this tick included
             },
             [&](ConnectionEvent const& event, Handoff<Frame>&) { events_.push_back(event); }});
  Client& client = test_.connect(server.address());
  client.send(framed("question"));
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end; }));
  EXPECT_TRUE(client.received == framed(std::string(3000, 'z')));
  EXPECT_EQ(events_.size(), 1u) << "it is still open";
  client.send(framed(", and more"));
  ASSERT_TRUE(test_.run_until([&] { return heard == "question, and more"; }));
  client.finishes = true;
  ASSERT_TRUE(
      test_.run_until([&] { return server.connection_count() == 0 && events_.size() >= 2; }));
  EXPECT_EQ(events_.back().reason, CloseReason::peer_closed);
}

TEST_P(NetPolicy, what_is_sent_after_our_end_is_dropped_and_counted) {
  Endpoint& server = test_.listen();
  Bytes const late(std::string_view("too late"));
  std::size_t frames = 0;
  test_.worker().add(Custom{server,
                            [&](Frame const& frame, Handoff<Frame>& out) {
                              if (++frames == 1) server.finish_sending(frame.first);
                              else out.push(Frame{frame.first, late.view()});
                            },
                            {}});
  Client& client = test_.connect(server.address());
  client.send(framed("end"));
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end; }));
  client.send(framed("answer me"));
  ASSERT_TRUE(test_.run_until([&] { return test_.counters().frames_dropped == 1; }));
  EXPECT_EQ(client.received, "");
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return server.connection_count() == 0; }));
  EXPECT_EQ(closed_for(CloseReason::peer_closed), 1u);
}

TEST_P(NetPolicy, our_end_waits_for_a_peer_that_reads_slowly) {
  Endpoint& server = test_.listen({.keep_half_open = true});
  Bytes const answer(std::string(60'000, 'z'));
  test_.worker().add(
      Custom{server,
             [&](Frame const& frame, Handoff<Frame>& out) {
               out.push(Frame{frame.first, answer.view()});
               server.finish_sending(frame.first);
             },
             [&](ConnectionEvent const& event, Handoff<Frame>&) { events_.push_back(event); }});
  Client& client = test_.connect(server.address(), slow_window_bytes);
  client.receive_size_max = 1000;
  client.send(framed("question"));
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && server.connection_count() == 0; }));
  EXPECT_TRUE(client.received == framed(std::string(60'000, 'z')));
  EXPECT_EQ(closed_for(CloseReason::peer_closed), 1u);
}

TEST_P(NetPolicy, reset_after_our_end_is_a_reset) {
  Endpoint& server = test_.listen({.keep_half_open = true});
  test_.worker().add(
      Custom{server,
             [&](Frame const& frame, Handoff<Frame>&) { server.finish_sending(frame.first); },
             {}});
  Client& client = test_.connect(server.address());
  client.send(framed("question"));
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end; }));
  client.over = true;
  client.peer().reset();
  ASSERT_TRUE(test_.run_until([&] { return server.connection_count() == 0; }));
  EXPECT_EQ(closed_for(CloseReason::peer_reset), 1u);
}

TEST_P(NetPolicy, dialled_connection_may_finish_before_it_is_open) {
  Endpoint& dialer = test_.worker().make_dialer({.keep_half_open = true});
  std::string heard;
  test_.worker().add(
      Custom{dialer, [&](Frame const& frame, Handoff<Frame>&) { heard += frame.second.text(); },
             [&](ConnectionEvent const& event, Handoff<Frame>&) { events_.push_back(event); }});
  Address address;
  Client& peer = test_.accept(address);
  ConnectionId const id = dialer.dial(address);
  dialer.finish_sending(id);
  ASSERT_TRUE(test_.run_until([&] { return peer.peer().accepted() && peer.saw_end; }));
  peer.send(framed("all I have"));
  peer.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return dialer.connection_count() == 0; }));
  EXPECT_EQ(heard, "all I have");
}

}  // namespace
}  // namespace weir

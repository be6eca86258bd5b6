// What may come of peers that send nonsense, stop, or tear the connection down, and of a system
// that has run out of descriptors: one clear reason each, nothing lost for anybody else, nothing
// left over. On every kernel, over TCP and UNIX sockets.
#include <gtest/gtest.h>

#include "tests/net/netstring.h"
#include "tests/net/test_addresses.h"
#include "tests/net/test_net.h"
#include "tests/ring/descriptor_limit.h"
#include "weir/net/datagram_endpoint.h"

namespace weir {
namespace {

using Kind = ConnectionEvent::Kind;

class NetBadInput : public testing::TestWithParam<KernelChoice> {
 protected:
  TestNet test_{GetParam(), tiny_limits(4, 512)};
  std::vector<ConnectionEvent> events_;

  Endpoint& listen_local(EndpointOptions const& options = {}) {
    return *test_.worker().listen(unused_local_address(), options).value();
  }
  std::uint64_t closed_for(CloseReason reason) { return test_.counters().closed_for(reason); }
  void expect_nothing_left(Endpoint& server) {
    ASSERT_TRUE(test_.run_until([&] { return server.connection_count() == 0; }));
    test_.run_for();
    EXPECT_EQ(test_.net().pressure(), 0u);
    EXPECT_EQ(test_.net().unfinished_bytes(), 0u);
    EXPECT_EQ(test_.net().buffers_out(), 0u);
    EXPECT_EQ(test_.net().queue_bytes(), 0u);
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetBadInput, testing::ValuesIn(test_kernels()), name_of);

// ---- what is no frame ---------------------------------------------------------------------------

struct BadInput {
  char const* what;
  EndpointOptions options;
  std::string bytes;
  bool finishes;
  CloseReason reason;
  std::string answered{};
};

std::vector<BadInput> bad_inputs() {
  EndpointOptions const netstrings{.framing = Framing::custom,
                                   .custom = &custom_framing<Netstring>};
  std::string const whole = framed("whole");
  std::string const line(64 * 1024 + 1, 'l');
  std::string garbage(300, ' ');
  Random random(11);
  for (char& byte : garbage) byte = static_cast<char>(0x80 + random.below(128));
  return {
      {"nothing", {}, "", true, CloseReason::peer_closed},
      {"an empty frame", {}, framed(""), true, CloseReason::peer_closed, framed("")},
      {"a part of a header",
       {},
       whole + framed("x").substr(0, 3),
       true,
       CloseReason::truncated_frame,
       whole},
      {"a part of a frame",
       {},
       whole + framed("half").substr(0, 6),
       true,
       CloseReason::truncated_frame,
       whole},
      {"a byte more than may be",
       {},
       framed(line).substr(0, 4),
       false,
       CloseReason::frame_too_large},
      {"the largest size there is", {}, "\xff\xff\xff\xff", false, CloseReason::frame_too_large},
      {"another protocol", {}, "GET / HTTP/1.1\r\n\r\n", false, CloseReason::frame_too_large},
      {"garbage", {}, garbage, false, CloseReason::frame_too_large},
      {"garbage behind a frame", {}, whole + garbage, false, CloseReason::frame_too_large, whole},
      {"a line without an end", line_frames, line, false, CloseReason::frame_too_large},
      {"the last line without an end", line_frames, "a\nb", true, CloseReason::peer_closed,
       "a\nb\n"},
      {"no netstring", netstrings, "5:hello,x", false, CloseReason::malformed, "5:hello,"},
      {"a netstring with another end", netstrings, "5:hello;", false, CloseReason::malformed},
      {"a part of a netstring", netstrings, "5:hel", true, CloseReason::truncated_frame},
  };
}

TEST_P(NetBadInput, ends_the_connection_it_came_from_for_one_reason_and_no_other) {
  for (bool const local : {false, true}) {
    for (BadInput const& input : bad_inputs()) {
      SCOPED_TRACE(std::string(input.what) + (local ? ", UNIX" : ", TCP"));
      events_.clear();
      Endpoint& server = local ? listen_local(input.options) : test_.listen(input.options);
      FlowHandle flow = test_.worker().add(Echo{server, &events_});
      Client& good = test_.connect(server.address());
      ASSERT_TRUE(test_.run_until([&] { return events_.size() == 1; }));
      Client& bad = test_.connect(server.address());
      bad.send(input.bytes);
      bad.finishes = input.finishes;
      ASSERT_TRUE(test_.run_until([&] { return events_.size() == 3; }));
      EXPECT_EQ(events_[2].kind, Kind::closed);
      EXPECT_EQ(events_[2].reason, input.reason) << text(events_[2].reason);
      ASSERT_TRUE(test_.run_until([&] { return bad.saw_end; }));
      // What came whole before it was answered. (Where we end first, its last bytes may meet a
      // reset, which takes with it what the peer has not read.)
      if (input.finishes) EXPECT_EQ(bad.received, input.answered);
      else EXPECT_TRUE(input.answered.starts_with(bad.received));
      bool const lines = input.options.framing == Framing::lines;
      std::string const hello = lines ? "hello\n" : framed("hello");
      std::string const said = input.options.custom != nullptr ? netstring("hello") : hello;
      good.send(said);
      ASSERT_TRUE(test_.run_until([&] { return good.received == said; }));
      good.finishes = true;
      expect_nothing_left(server);
      flow.stop();
      ASSERT_TRUE(test_.run_until([&] { return flow.ended(); }));
    }
  }
}

TEST_P(NetBadInput, very_many_empty_frames_are_frames_like_any_other) {
  Endpoint& server = test_.listen();
  std::vector<std::uint64_t> items_per_tick;
  test_.worker().add(Echo{server, &events_, &items_per_tick});
  std::string stream;
  for (int i = 0; i < 20'000; ++i) stream += framed("");
  Client& client = test_.connect(server.address());
  client.send(stream);
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && events_.size() == 2; }));
  EXPECT_TRUE(client.received == stream);
  EXPECT_EQ(events_.back().reason, CloseReason::peer_closed);
  for (std::uint64_t const items : items_per_tick) EXPECT_LE(items, 16u);
  expect_nothing_left(server);
}

// ---- torn down ----------------------------------------------------------------------------------

TEST_P(NetBadInput, reset_of_a_dialled_connection_is_a_reset) {
  Endpoint& dialer = test_.worker().make_dialer();
  test_.worker().add(Echo{dialer, &events_});
  Address address;
  Client& peer = test_.accept(address);
  dialer.dial(address);
  ASSERT_TRUE(test_.run_until([&] { return peer.peer().accepted() && events_.size() == 1; }));
  peer.over = true;
  peer.peer().reset();
  ASSERT_TRUE(test_.run_until([&] { return events_.size() == 2; }));
  EXPECT_EQ(events_[1].reason, CloseReason::peer_reset);
  expect_nothing_left(dialer);
}

TEST_P(NetBadInput, reset_while_its_graph_is_held_is_seen_when_that_goes_on) {
  Endpoint& server = test_.listen();
  FlowHandle flow = test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  ASSERT_TRUE(test_.run_until([&] { return events_.size() == 1; }));
  {
    Hold hold(flow.graph());
    hold.set();
    test_.net().settle();
    client.send(framed("unheard"));
    ASSERT_TRUE(test_.run_until([&] { return client.has_sent_all(); }));
    client.over = true;
    client.peer().reset();
    test_.run_for();
    hold.release();
    test_.net().settle();
  }
  ASSERT_TRUE(test_.run_until([&] { return events_.size() == 2; }));
  EXPECT_EQ(events_[1].reason, CloseReason::peer_reset);
  expect_nothing_left(server);
}

TEST_P(NetBadInput, reset_after_the_peers_end_is_met_by_the_answer) {
  Endpoint& server = test_.listen({.keep_half_open = true});
  Bytes const answer(std::string(50'000, 'a'));
  ConnectionId whom;
  std::vector<CloseReason> ends;
  test_.worker().add(Custom{server,
                            [&](Frame const& frame, Handoff<Frame>& out) {
                              // A driver says when.
                              if (!whom.valid()) whom = frame.first;
                              else out.push(Frame{whom, answer.view()});
                            },
                            [&](ConnectionEvent const& event, Handoff<Frame>&) {
                              events_.push_back(event);
                              if (event.kind == Kind::closed) ends.push_back(event.reason);
                            }});
  Client& client = test_.connect(server.address());
  client.reads = false;
  client.send(framed("question"));
  client.finishes = true;
  ASSERT_TRUE(
      test_.run_until([&] { return whom.valid() && events_.back().kind == Kind::peer_finished; }));
  client.over = true;
  client.peer().reset();
  test_.run_for();
  Client& driver = test_.connect(server.address());
  ASSERT_TRUE(test_.run_until([&] {
    if (driver.has_sent_all()) driver.send(framed("now"));
    return !ends.empty();
  }));
  EXPECT_EQ(ends.front(), CloseReason::peer_reset);
  server.stop(test_.worker().clock().now());
  expect_nothing_left(server);
}

TEST_P(NetBadInput, local_peer_that_is_gone_with_answers_unread_leaves_nothing) {
  Endpoint& server = listen_local();
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address(), 100);
  client.reads = false;
  std::string stream;
  for (int i = 0; i < 20'000; ++i) stream += framed(std::string(100, 'x'));
  client.send(stream);
  ASSERT_TRUE(test_.run_until([&] { return test_.counters().suspended > 0; }));
  client.over = true;
  client.peer().reset();
  ASSERT_TRUE(test_.run_until([&] { return events_.size() == 2; }));
  EXPECT_EQ(events_[1].reason, CloseReason::peer_reset);
  expect_nothing_left(server);
}

TEST_P(NetBadInput, local_peer_that_trickles_or_says_nothing_is_closed_for_that) {
  Endpoint& server = listen_local({.hello_time = 20 * milliseconds,
                                   .idle_time = 500 * milliseconds,
                                   .frame_time = 40 * milliseconds});
  test_.worker().add(Echo{server, &events_});
  test_.connect(server.address());
  ASSERT_TRUE(test_.run_until([&] { return closed_for(CloseReason::hello_timeout) == 1; }));
  Client& trickling = test_.connect(server.address());
  std::string const begun = framed(std::string(60'000, 't'));
  std::size_t said = 0;
  Instant next = 0;
  ASSERT_TRUE(test_.run_until([&] {
    if (Instant const now = test_.worker().clock().now(); now >= next && said < begun.size()) {
      trickling.send(begun.substr(said++, 1));
      next = now + milliseconds;
    }
    return closed_for(CloseReason::slow) == 1;
  }));
  expect_nothing_left(server);
}

// ---- no descriptors -----------------------------------------------------------------------------

// (An accept knows the limit there was when it began.)
TEST_P(NetBadInput, accept_pauses_without_descriptors_and_goes_on_with_them) {
  Endpoint& other = test_.listen();
  test_.worker().add(Echo{other, &events_});
  Client& here = test_.connect(other.address());
  ASSERT_TRUE(test_.run_until([&] { return events_.size() == 1; }));
  Endpoint& server = test_.listen();
  test_.worker().add(Echo{server});
  std::vector<Client*> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(&test_.connect(server.address()));
    waiting.back()->send(framed("hello"));
  }
  {
    DescriptorLimit const limit(test_.kernel().world());
    ASSERT_TRUE(test_.run_until([&] { return test_.counters().accept_failures > 0; }));
    here.send(framed("still"));
    ASSERT_TRUE(test_.run_until([&] { return here.received == framed("still"); }));
    Endpoint& dialer = test_.worker().make_dialer();
    ConnectionId const id = dialer.dial(server.address());
    EXPECT_TRUE(id.valid());
    ASSERT_TRUE(test_.run_until([&] { return closed_for(CloseReason::connect_failed) == 1; }));
    EXPECT_FALSE(test_.worker().listen(Address::loopback(0)).ok());
    EXPECT_FALSE(test_.net().open_datagrams(Address::loopback(0)).ok());
  }
  ASSERT_TRUE(test_.run_until([&] {
    return std::all_of(waiting.begin(), waiting.end(),
                       [](Client* client) { return client->received == framed("hello"); });
  }));
  for (Client* client : waiting) client->finishes = true;
  here.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return other.connection_count() == 0; }));
  expect_nothing_left(server);
}

// Where one of ours is freed nobody waits for the time to try again.
class NetDescriptors : public NetBadInput {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetDescriptors, testing::ValuesIn(test_kernels_not_named("sim")),
                         name_of);

TEST_P(NetDescriptors, one_that_is_freed_is_the_next_peers) {
  Endpoint& other = test_.listen();
  test_.worker().add(Echo{other, &events_});
  Client& here = test_.connect(other.address());
  ASSERT_TRUE(test_.run_until([&] { return events_.size() == 1; }));
  Endpoint& server = test_.listen();
  test_.worker().add(Echo{server});
  Client& waiting = test_.connect(server.address());
  waiting.send(framed("hello"));
  DescriptorLimit const limit(test_.kernel().world());
  ASSERT_TRUE(test_.run_until([&] { return test_.counters().accept_failures > 0; }));
  here.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return waiting.received == framed("hello"); }));
}

}  // namespace
}  // namespace weir

// Connections over UNIX sockets: all that holds of TCP.
#include <gtest/gtest.h>

#include "tests/net/test_addresses.h"
#include "tests/net/test_net.h"

namespace weir {
namespace {

using Kind = ConnectionEvent::Kind;

class NetUnix : public testing::TestWithParam<KernelChoice> {
 protected:
  TestNet test_{GetParam(), tiny_limits(2, 512)};
  std::vector<ConnectionEvent> events_;

  Endpoint& listen(EndpointOptions const& options = {}) {
    return *test_.worker().listen(unused_local_address(), options).value();
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetUnix, testing::ValuesIn(test_kernels()), name_of);

TEST_P(NetUnix, frames_are_echoed_and_the_end_is_clean) {
  Endpoint& server = listen();
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  Random random(test_seed(5));
  std::string const stream = random_frames(random, 60, 3000);
  client.send(stream);
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && events_.size() == 2; }));
  EXPECT_TRUE(client.received == stream);
  EXPECT_EQ(events_.back().reason, CloseReason::peer_closed);
}

TEST_P(NetUnix, lines_are_echoed) {
  Endpoint& server = listen(line_frames);
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  client.send("one\r\ntwo\n\nfour");
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end; }));
  EXPECT_EQ(client.received, "one\ntwo\n\nfour\n");
}

TEST_P(NetUnix, bytes_are_echoed_as_they_come) {
  Endpoint& server = listen(raw_bytes);
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  Random random(test_seed(6));
  std::string const bytes = random_text(random, 20'000);
  client.send(bytes);
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end; }));
  EXPECT_TRUE(client.received == bytes);
}

TEST_P(NetUnix, peer_that_does_not_read_is_waited_for_and_nobody_else_is) {
  Endpoint& server = listen();
  test_.worker().add(Echo{server, &events_});
  Client& slow = test_.connect(server.address());
  slow.reads = false;
  std::string stream;
  for (int i = 0; i < 100; ++i) stream += framed(std::string(20'000, 's'));
  slow.send(stream);
  Client& quick = test_.connect(server.address());
  quick.send(framed("quick"));
  ASSERT_TRUE(test_.run_until([&] { return quick.received == framed("quick"); }));
  slow.reads = true;
  slow.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return slow.saw_end; }));
  EXPECT_TRUE(slow.received == stream);
  EXPECT_EQ(test_.net().pressure(), 0u);
}

TEST_P(NetUnix, peers_are_not_limited_by_an_address_they_do_not_have) {
  Endpoint& server = listen({.connections_per_peer_max = 1});
  test_.worker().add(Echo{server, &events_});
  Client& first = test_.connect(server.address());
  Client& second = test_.connect(server.address());
  first.send(framed("1"));
  second.send(framed("2"));
  ASSERT_TRUE(test_.run_until(
      [&] { return first.received == framed("1") && second.received == framed("2"); }));
}

TEST_P(NetUnix, dialled_connections_work_and_nobody_there_is_a_refusal) {
  Endpoint& server = listen();
  test_.worker().add(Echo{server});
  Endpoint& dialer = test_.worker().make_dialer();
  std::string answer;
  Bytes const question(std::string_view("question"));
  test_.worker().add(Custom{dialer,
                            [&](Frame const& frame, Handoff<Frame>&) {
                              answer = frame.second.text();
                              dialer.close(frame.first);
                            },
                            [&](ConnectionEvent const& event, Handoff<Frame>& out) {
                              events_.push_back(event);
                              if (event.kind == Kind::opened)
                                out.push(Frame{event.connection, question.view()});
                            }});
  dialer.dial(server.address());
  ASSERT_TRUE(test_.run_until([&] { return events_.size() == 2; }));
  EXPECT_EQ(answer, "question");
  EXPECT_EQ(events_.back().reason, CloseReason::closed_by_flow);
  dialer.dial(unused_local_address());
  ASSERT_TRUE(test_.run_until([&] { return events_.size() == 3; }));
  EXPECT_EQ(events_.back().reason, CloseReason::connect_refused);
}

TEST_P(NetUnix, our_end_reaches_the_peer_before_its_own) {
  Endpoint& server = listen({.keep_half_open = true});
  std::string heard;
  test_.worker().add(Custom{server,
                            [&](Frame const& frame, Handoff<Frame>&) {
                              heard += frame.second.text();
                              server.finish_sending(frame.first);
                            },
                            {}});
  Client& client = test_.connect(server.address());
  client.send(framed("a"));
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end; }));
  client.send(framed("b"));
  client.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return server.connection_count() == 0; }));
  EXPECT_EQ(heard, "ab");
}

}  // namespace
}  // namespace weir

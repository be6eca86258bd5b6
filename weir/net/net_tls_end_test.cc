// How connections that speak TLS end: an end that was said, one that was cut off, halves of one.
#include <optional>
#include <string>
#include <vector>

#include "tests/net/test_net.h"
#include "tests/net/tls_client.h"

namespace weir {
namespace {

class NetTlsEndTest : public testing::TestWithParam<KernelChoice> {
 protected:
  Endpoint& serve(EndpointOptions options = {}) {
    options.tls = server_.get();
    Endpoint& endpoint = test_.listen(options);
    test_.worker().add(Echo{endpoint, &events_});
    return endpoint;
  }
  TlsClient connect(Endpoint& endpoint) {
    return TlsClient(test_.connect(endpoint.address()), *client_);
  }
  testing::AssertionResult open(TlsClient& client) {
    return test_.run_until([&] { return client.act(), client.is_open() && !events_.empty(); });
  }
  testing::AssertionResult ended(TlsClient& client, CloseReason reason) {
    return test_.run_until([&] {
      client.act();
      return events_.back().kind == ConnectionEvent::Kind::closed &&
             events_.back().reason == reason && client.client.saw_end;
    });
  }

  Owner<TlsContext> server_ = server_context();
  Owner<TlsContext> client_ = client_context();
  TestNet test_{GetParam()};
  std::vector<ConnectionEvent> events_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetTlsEndTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(NetTlsEndTest, an_end_that_is_said_is_answered_and_said_back) {
  Endpoint& endpoint = serve();
  TlsClient client = connect(endpoint);
  client.send(framed("last words"));
  client.ends = true;
  ASSERT_TRUE(open(client));
  ASSERT_TRUE(ended(client, CloseReason::peer_closed));
  EXPECT_EQ(client.received(), framed("last words"));
  EXPECT_EQ(client.end.session.state(), TlsSession::State::ended);
}

TEST_P(NetTlsEndTest, an_end_without_a_word_is_told_as_truncated) {
  Endpoint& endpoint = serve();
  TlsClient client = connect(endpoint);
  ASSERT_TRUE(open(client));
  client.send(framed("hello"));
  ASSERT_TRUE(test_.run_until([&] { return client.act(), client.received() == framed("hello"); }));
  client.client.finishes = true;
  ASSERT_TRUE(ended(client, CloseReason::truncated_stream));
}

TEST_P(NetTlsEndTest, frames_before_a_cut_are_answered) {
  Endpoint& endpoint = serve();
  TlsClient client = connect(endpoint);
  ASSERT_TRUE(open(client));
  client.send(framed("whole") + framed("part").substr(0, 6));
  client.act();
  client.client.finishes = true;
  ASSERT_TRUE(ended(client, CloseReason::truncated_stream));
  EXPECT_EQ(client.received(), framed("whole"));
}

TEST_P(NetTlsEndTest, a_frame_that_is_cut_by_an_end_is_told) {
  Endpoint& endpoint = serve();
  TlsClient client = connect(endpoint);
  client.send(framed("part").substr(0, 6));
  client.ends = true;
  ASSERT_TRUE(open(client));
  ASSERT_TRUE(ended(client, CloseReason::truncated_frame));
}

TEST_P(NetTlsEndTest, a_close_by_the_flow_says_the_end_behind_what_was_sent) {
  Endpoint& endpoint = serve();
  TlsClient client = connect(endpoint);
  ASSERT_TRUE(open(client));
  client.send(framed("hello"));
  ASSERT_TRUE(test_.run_until([&] { return client.act(), client.received() == framed("hello"); }));
  endpoint.close(events_[0].connection);
  ASSERT_TRUE(ended(client, CloseReason::closed_by_flow));
  EXPECT_EQ(client.end.session.state(), TlsSession::State::ended);
}

TEST_P(NetTlsEndTest, half_of_an_end_leaves_the_other_half) {
  Endpoint& endpoint = serve({.keep_half_open = true});
  TlsClient client = connect(endpoint);
  ASSERT_TRUE(open(client));
  endpoint.finish_sending(events_[0].connection);
  ASSERT_TRUE(test_.run_until(
      [&] { return client.act(), client.end.session.state() == TlsSession::State::ended; }));
  std::uint64_t const before = test_.counters().frames_in;
  client.send(framed("still here"));
  ASSERT_TRUE(
      test_.run_until([&] { return client.act(), test_.counters().frames_in == before + 1; }));
  client.ends = true;
  ASSERT_TRUE(ended(client, CloseReason::peer_closed));
}

TEST_P(NetTlsEndTest, a_stop_says_the_end_to_everybody) {
  Endpoint& endpoint = serve();
  TlsClient client = connect(endpoint);
  ASSERT_TRUE(open(client));
  endpoint.stop(test_.worker().clock().now() + seconds);
  ASSERT_TRUE(ended(client, CloseReason::stopped));
  EXPECT_EQ(client.end.session.state(), TlsSession::State::ended);
}

// What it says after the end was said goes nowhere, and holds nothing up.
TEST_P(NetTlsEndTest, what_a_flow_says_behind_its_close_does_not_keep_it_waiting) {
  Endpoint& endpoint = serve();
  Input<ConnectionId> asked;
  Bytes const answer(std::string_view("one thing more"));
  test_.worker().add(Sends<Input<ConnectionId>>{endpoint, asked, answer});
  for (int steps = 0; steps < 6; ++steps) {  // from the close to what is said behind it
    events_.clear();
    TlsClient client = connect(endpoint);
    ASSERT_TRUE(open(client));
    ConnectionId const who = events_[0].connection;
    endpoint.close(who);
    int left = steps;
    ASSERT_TRUE(test_.run_until([&] {
      if (left-- == 0) asked.give(who);
      client.act();
      return events_.back().kind == ConnectionEvent::Kind::closed;
    })) << steps;
    EXPECT_EQ(events_.back().reason, CloseReason::closed_by_flow);
  }
}

TEST_P(NetTlsEndTest, a_changed_record_ends_it_behind_what_came_before) {
  Endpoint& endpoint = serve();
  TlsClient client = connect(endpoint);
  ASSERT_TRUE(open(client));
  client.end.send(framed("good"));
  client.client.send(client.end.take_said());
  client.end.send(framed("evil"));
  std::string changed = client.end.take_said();
  changed[9] = static_cast<char>(changed[9] ^ 1);
  client.client.send(changed);
  ASSERT_TRUE(ended(client, CloseReason::tls_broken));
  EXPECT_EQ(test_.counters().frames_in, 1);
}

TEST_P(NetTlsEndTest, a_peer_that_goes_away_in_its_handshake_is_no_stall) {
  Endpoint& endpoint = serve();
  Client& nobody = test_.connect(endpoint.address());
  nobody.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return events_.size() == 1; }));
  EXPECT_EQ(events_[0].reason, CloseReason::peer_closed);
  Client& half = test_.connect(endpoint.address());
  TlsEnd words(*client_);
  half.send(words.take_said().substr(0, 80));
  half.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return events_.size() == 2; }));
  EXPECT_EQ(events_[1].reason, CloseReason::tls_broken);
}

TEST_P(NetTlsEndTest, dropping_everything_in_a_handshake_is_safe) {
  Endpoint& endpoint = serve();
  Endpoint& dialer = test_.net().make_dialer({.tls = client_.get()});
  std::vector<ConnectionEvent> seen;
  test_.worker().add(Echo{dialer, &seen});
  for (int steps = 0; steps < 12; ++steps) {
    ConnectionId const id = dialer.dial(endpoint.address());
    for (int i = 0; i < steps; ++i)
      test_.worker().step(test_.worker().clock().now() + milliseconds);
    dialer.close(id);
  }
  ASSERT_TRUE(test_.run_until([&] {
    std::uint64_t closed = 0;
    for (ConnectionEvent const& event : seen)
      if (event.kind == ConnectionEvent::Kind::closed) ++closed;
    return closed == 12 && test_.net().connection_count() == 0;
  }));
}

}  // namespace
}  // namespace weir

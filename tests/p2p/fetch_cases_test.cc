// The cases of kitsune2's CoreFetch, by the names they have there, in profile compatible: on a
// simulated network and its clock, against peers that say what the case wants.
//
// What stays out, and why:
//   closed_channel_returns_err      nothing closes a queue but the end of the flow, which ends all
//   H3  store returns other ids     a store answers for each op that it is given, and no other
//   H12 blocked peer                who may talk is decided where connections are accepted
//   H14 meta-store error            there is no meta store: the back-off list is fetch's own
//   H18, H19 transport dropped      what a fetch refers to outlives it
#include <gtest/gtest.h>

#include "tests/p2p/test_peers.h"
#include "weir/p2p/fetch_parts.h"

namespace weir {
namespace {

// A kitsune2 that has given up the back-off list: whoever cannot be reached is dropped.
constexpr FetchPolicy without_back_off() {
  FetchPolicy policy = compatible_profile;
  policy.back_off_count = 0;
  return policy;
}

// Nobody listens there.
Address nobody(std::uint16_t number = 1) { return Address::loopback(number); }

class FetchCases : public testing::Test {
 protected:
  TestWorker worker;
  LogLines lines{worker->clock()};
  TestNode node{worker, compatible_profile, &lines.log};
  std::vector<Op> const ops = make_ops(100, 4, 128);

  void pass(Duration time = 20 * milliseconds) { worker.advance(time); }
};

// ---- A: messages

TEST_F(FetchCases, decoding_error) {
  ScriptedPeer peer(worker, node.address());
  peer.send_frame("this is not a fetch message");
  pass();
  EXPECT_TRUE(peer.socket().peer_closed());
  EXPECT_TRUE(lines.contains("malformed"));
}

TEST_F(FetchCases, invalid_message_type) {
  for (char const type : {'\3', '\0'}) {
    ScriptedPeer peer(worker, node.address());
    Bytes const data(std::string("\x08", 1) + type + std::string("\x12\x02op", 4));
    Bytes const space(test_space);
    Bytes const module(fetch_module);
    Envelope const envelope{.type = EnvelopeType::module,
                            .has_space = true,
                            .has_module = true,
                            .data = data.view(),
                            .space = space.view(),
                            .module = module.view()};
    std::string frame(size_of(envelope), '\0');
    write(envelope, std::as_writable_bytes(std::span(frame)));
    peer.send_frame(frame);
    pass();
    EXPECT_TRUE(peer.socket().peer_closed());
  }
  EXPECT_TRUE(lines.contains("unknown fetch message"));
  EXPECT_EQ(node.fetch.serve_counters().ids_requested, 0u);
}

TEST_F(FetchCases, request) {
  ScriptedPeer peer(worker, node.address());
  peer.request({ops[0].id});
  pass();
  EXPECT_EQ(node.fetch.serve_counters().ids_requested, 1u);
  EXPECT_EQ(node.store.retrievals, 1);
}

TEST_F(FetchCases, response) {
  ScriptedPeer peer(worker, node.address());
  peer.respond({ops[0]});
  pass();
  ASSERT_EQ(node.store.given.size(), 1u);
  EXPECT_EQ(node.store.given[0].id, ops[0].id);
  EXPECT_EQ(node.store.given[0].bytes, ops[0].bytes);
}

TEST_F(FetchCases, AnotherSpaceIsRefusedWithAReason) {
  ScriptedPeer peer(worker, node.address());
  RequestToSend const message{.op_ids = Slice<OpId const>(&ops[0].id, 1)};
  std::string frame(size_in_frame(message, "elsewhere"), '\0');
  write_frame(message, "elsewhere", std::as_writable_bytes(std::span(frame)));
  peer.send_frame(frame);
  pass();
  EXPECT_TRUE(peer.socket().peer_closed());
  EXPECT_TRUE(lines.contains("another space"));
}

// ---- B: what is reported. The size is that of the op as it came; and it was never asked for.

TEST_F(FetchCases, invoke_report_module) {
  ScriptedPeer peer(worker, node.address());
  peer.respond({make_op(1, 45), make_op(2, 45)});
  pass();
  EXPECT_EQ(node.fetch.counters().ops_stored, 2u);
  EXPECT_EQ(node.fetch.counters().bytes_received, 90u);
}

// ---- C: outgoing requests

// The queue has one bound, of all that is pending; what is beyond it is not taken.
TEST_F(FetchCases, request_op_failures_are_purged_from_state) {
  FetchPolicy policy = compatible_profile;
  policy.pairs_max = 1;
  TestNode small(worker, policy);
  ScriptedPeer peer(worker);
  std::vector<OpId> const ids = ids_of(ops);
  EXPECT_EQ(small.fetch.add_ops(std::span(ids).first(1), small.peer(peer.address)), 1u);
  pass();
  EXPECT_EQ(small.pending_pairs(), 1u);
  EXPECT_EQ(small.fetch.add_ops(std::span(ids).last(1), small.peer(peer.address)), 0u);
  pass();
  ASSERT_EQ(small.pending_pairs(), 1u);
  EXPECT_EQ(small.fetch.state_summary()[0].id, ids[0]);
}

TEST_F(FetchCases, happy_op_fetch_from_multiple_agents) {
  FetchPolicy policy = compatible_profile;
  policy.parallel_requests_max = 5;
  TestNode fetcher(worker, policy);
  std::vector<std::unique_ptr<ScriptedPeer>> peers;
  std::vector<std::vector<Op>> lists;
  for (std::uint64_t const count : {10, 20, 30}) {
    peers.push_back(std::make_unique<ScriptedPeer>(worker));
    lists.push_back(make_ops(1000 * count, count));
    fetcher.want(lists.back(), fetcher.peer(peers.back()->address));
  }
  for (int i = 0; i < 5; ++i) {
    pass();
    for (auto const& peer : peers) peer->socket().accepted();
  }
  for (std::size_t i = 0; i < peers.size(); ++i) {
    std::vector<ScriptedPeer::Said> const heard = peers[i]->hear();
    EXPECT_EQ(heard.size(), lists[i].size());  // one id in each
    for (std::size_t n = 0; n < heard.size(); ++n)
      EXPECT_EQ(heard[n].ids, std::vector{lists[i][n].id});  // in the order of the call
  }
  EXPECT_EQ(fetcher.pending_pairs(), 60u);
}

TEST_F(FetchCases, filter_requests_for_held_ops) {
  ScriptedPeer peer(worker);
  node.store.put({ops[0], ops[1]});
  node.want({ops[0], ops[1], ops[2]}, node.peer(peer.address));
  pass();
  ASSERT_TRUE(peer.socket().accepted());
  EXPECT_EQ(peer.requested(), std::vector{ops[2].id});
}

TEST_F(FetchCases, requests_are_dropped_when_peer_url_unresponsive) {
  TestNode dropping(worker, without_back_off());
  ScriptedPeer responsive(worker);
  dropping.want({ops[0], ops[1]}, dropping.peer(nobody()));
  dropping.want({ops[2], ops[3]}, dropping.peer(responsive.address));
  pass(100 * milliseconds);
  std::vector<PendingSummary> const left = dropping.fetch.state_summary();
  ASSERT_EQ(left.size(), 2u);
  for (PendingSummary const& one : left)
    EXPECT_EQ(one.peers, std::vector{responsive.address.text()});
}

// The same where there is a back-off list: nothing is sent, and nothing dropped.
TEST_F(FetchCases, PeersOnTheBackOffListAreNotAsked) {
  PeerNumber const unresponsive = node.peer(nobody());
  node.want({ops[0], ops[1]}, unresponsive);
  pass(100 * milliseconds);
  EXPECT_EQ(node.pending_pairs(), 2u);
  EXPECT_EQ(node.fetch.peer(unresponsive)->failures, 1u);
  EXPECT_GT(node.fetch.peer(unresponsive)->back_off_until, worker->clock().now());
  EXPECT_EQ(node.fetch.counters().ids_asked, 0u);
}

TEST_F(FetchCases, empty_fetch_queue_notifies_drained) {
  DrainedListener listener;
  node.fetch.notify_on_drained(listener.waker());
  EXPECT_EQ(listener.told, 1);
}

TEST_F(FetchCases, fetch_queue_notify_when_all_peers_unresponsive) {
  TestNode dropping(worker, without_back_off());
  DrainedListener listener;
  dropping.want(make_ops(1, 10), dropping.peer(nobody()));
  dropping.fetch.notify_on_drained(listener.waker());
  EXPECT_EQ(listener.told, 0);
  pass(1 * seconds);
  EXPECT_EQ(listener.told, 1);
}

// With the back-off list: 20, 40, 80 and 160 s are waited for, looked at every 30 s when a request
// is inserted again; the failure after the last one drops all.
TEST_F(FetchCases, TheLastBackOffDropsAllRequestsToAPeer) {
  DrainedListener listener;
  PeerNumber const unresponsive = node.peer(nobody());
  node.want(make_ops(1, 10), unresponsive);
  node.fetch.notify_on_drained(listener.waker());
  struct {
    Duration at;
    std::uint32_t failures;
  } const expected[] = {{1 * seconds, 1},   {29 * seconds, 1}, {31 * seconds, 2},
                        {89 * seconds, 2},  {91 * seconds, 3}, {179 * seconds, 3},
                        {181 * seconds, 4}, {359 * seconds, 4}};
  Instant const begin = worker->clock().now();
  for (auto const& step : expected) {
    pass(begin + step.at - worker->clock().now());
    EXPECT_EQ(node.fetch.peer(unresponsive)->failures, step.failures) << step.at / seconds << " s";
    EXPECT_EQ(node.pending_pairs(), 10u);
  }
  EXPECT_EQ(listener.told, 0);
  pass(2 * seconds);
  EXPECT_EQ(node.pending_pairs(), 0u);
  EXPECT_EQ(listener.told, 1);
}

// It fails at once and after 30 s, so it is left alone until 70 s; looked at every 30 s.
TEST_F(FetchCases, APeerIsAskedAgainWhenItsBackOffIsOverAndThenIsOffTheList) {
  Address const address = Address::loopback(9000);
  PeerNumber const peer = node.peer(address);
  node.want({ops[0]}, peer);
  pass(35 * seconds);
  EXPECT_EQ(node.fetch.peer(peer)->failures, 2u);
  TestNode holder(worker, options_of(compatible_profile), address);
  holder.store.put({ops[0]});
  pass(30 * seconds);  // it is there, but on the list
  EXPECT_EQ(holder.fetch.serve_counters().ids_requested, 0u);
  pass(26 * seconds);
  EXPECT_EQ(holder.fetch.serve_counters().ids_requested, 1u);
  EXPECT_TRUE(node.store.holds(ops[0].id));
  EXPECT_EQ(node.fetch.peer(peer)->failures, 0u);
}

// ---- D: incoming requests

TEST_F(FetchCases, respond_to_multiple_requests) {
  node.store.put({ops[0], ops[1], ops[2]});
  ScriptedPeer one(worker, node.address());
  ScriptedPeer two(worker, node.address());
  one.request({ops[0].id, ops[1].id});
  two.request({ops[2].id, make_op("nobody has this").id});
  pass(100 * milliseconds);
  std::vector<ScriptedPeer::Said> const to_one = one.hear();
  ASSERT_EQ(to_one.size(), 1u);
  EXPECT_EQ(ids_of(to_one[0].ops), (std::vector{ops[0].id, ops[1].id}));
  EXPECT_EQ(to_one[0].ops[1].bytes, ops[1].bytes);
  std::vector<ScriptedPeer::Said> const to_two = two.hear();
  ASSERT_EQ(to_two.size(), 1u);
  EXPECT_EQ(ids_of(to_two[0].ops), std::vector{ops[2].id});
  EXPECT_TRUE(to_two[0].absent.empty());
}

TEST_F(FetchCases, no_response_sent_when_no_ops_found) {
  ScriptedPeer peer(worker, node.address());
  peer.request({ops[0].id, ops[1].id});
  pass(1 * seconds);
  EXPECT_TRUE(peer.hear().empty());
  EXPECT_FALSE(peer.socket().peer_closed());
  EXPECT_TRUE(lines.contains("not held op=" + ops[0].id.hex()));
  EXPECT_TRUE(lines.contains(ops[1].id.hex()));
}

// ---- E: incoming responses

TEST_F(FetchCases, incoming_ops_are_written_to_op_store) {
  ScriptedPeer peer(worker, node.address());
  peer.respond({ops[0], ops[1]});  // never requested
  pass();
  EXPECT_EQ(node.store.bytes_of(ops[0].id), ops[0].bytes.text());
  EXPECT_EQ(node.store.bytes_of(ops[1].id), ops[1].bytes.text());
}

TEST_F(FetchCases, metadata_is_delivered_to_op_store) {
  ScriptedPeer peer(worker);
  std::vector<WantedOp> wanted{{.id = ops[0].id, .metadata = Bytes("host-metadata")}};
  node.fetch.add_ops(wanted, node.peer(peer.address));
  pass();
  ASSERT_TRUE(peer.socket().accepted());
  EXPECT_EQ(peer.requested(), std::vector{ops[0].id});
  peer.respond({ops[0]});
  pass();
  ASSERT_EQ(node.store.given.size(), 1u);
  EXPECT_EQ(node.store.given[0].metadata.text(), "host-metadata");
}

TEST_F(FetchCases, op_ids_are_not_removed_when_storing_op_failed) {
  ScriptedPeer peer(worker);
  node.store.fails_to_commit = true;
  node.want({ops[0]}, node.peer(peer.address));
  pass();
  ASSERT_TRUE(peer.socket().accepted());
  EXPECT_EQ(node.pending_pairs(), 1u);
  peer.respond({ops[0]});
  pass(100 * milliseconds);
  EXPECT_EQ(node.store.given.size(), 1u);
  EXPECT_EQ(node.pending_pairs(), 1u);
  EXPECT_EQ(peer.requested().size(), 1u);
  // It is asked for again, and taken when the store is well.
  node.store.fails_to_commit = false;
  pass(31 * seconds);
  EXPECT_EQ(peer.requested(), std::vector{ops[0].id});
  peer.respond({ops[0]});
  pass();
  EXPECT_EQ(node.pending_pairs(), 0u);
}

// ---- F: two peers

TEST_F(FetchCases, two_peer_fetch) {
  TestNode alice(worker, compatible_profile);
  TestNode bob(worker, compatible_profile);
  std::vector<Op> const of_alice{make_op("an op of alice: 32 random bytes!")};
  std::vector<Op> const of_bob{make_op("this one is bob's, 32 bytes too.")};
  alice.store.put(of_alice);
  bob.store.put(of_bob);
  EXPECT_FALSE(alice.store.holds_all(of_bob));
  EXPECT_FALSE(bob.store.holds_all(of_alice));

  alice.want(of_bob, alice.peer(bob));
  bob.want(of_alice, bob.peer(alice));
  pass(100 * milliseconds);

  EXPECT_EQ(alice.store.bytes_of(of_bob[0].id), of_bob[0].bytes.text());
  EXPECT_EQ(bob.store.bytes_of(of_alice[0].id), of_alice[0].bytes.text());
  EXPECT_TRUE(alice.fetch.is_drained());
}

TEST_F(FetchCases, DrainedListenersAreToldAfterTheLastResponse) {
  TestNode holder(worker, compatible_profile);
  holder.store.put(ops);
  DrainedListener listener;
  node.want(ops, node.peer(holder));
  node.fetch.notify_on_drained(listener.waker());
  EXPECT_EQ(listener.told, 0);
  pass();
  EXPECT_TRUE(node.store.holds_all(ops));
  EXPECT_EQ(listener.told, 1);
}

TEST_F(FetchCases, metadata_round_trip_through_fetch) {
  TestNode alice(worker, compatible_profile);
  alice.store.put({ops[0]});
  std::vector<WantedOp> wanted{{.id = ops[0].id, .metadata = Bytes("host-metadata")}};
  node.fetch.add_ops(wanted, node.peer(alice));
  pass(100 * milliseconds);
  ASSERT_EQ(node.store.given.size(), 1u);
  EXPECT_EQ(node.store.given[0].metadata.text(), "host-metadata");
  EXPECT_TRUE(node.store.holds(ops[0].id));
}

// ---- H: what upstream does not test

// H1
TEST_F(FetchCases, AnOpFromAnotherPeerThanTheOneAskedIsTaken) {
  ScriptedPeer asked(worker);
  std::vector<WantedOp> wanted{{.id = ops[0].id, .metadata = Bytes("host-metadata")}};
  node.fetch.add_ops(wanted, node.peer(asked.address));
  pass();
  ScriptedPeer other(worker, node.address());
  other.respond({ops[0]});
  pass();
  EXPECT_TRUE(node.store.holds(ops[0].id));
  EXPECT_EQ(node.pending_pairs(), 0u);
  EXPECT_TRUE(node.store.given[0].metadata.empty());  // that was for the one asked
}

// H4
TEST_F(FetchCases, ADuplicateResponseIsGivenToTheStoreAgain) {
  ScriptedPeer peer(worker, node.address());
  peer.respond({ops[0]});
  peer.respond({ops[0]});
  pass();
  EXPECT_EQ(node.store.given.size(), 2u);
  EXPECT_EQ(node.fetch.counters().ops_stored, 2u);
  EXPECT_EQ(node.store.counts().ops, 1u);
}

// H6, H7: decided otherwise, the order of a call is kept; of several metadata the first stays.
TEST_F(FetchCases, OneIdTwiceInACallIsOneRequest) {
  ScriptedPeer peer(worker);
  node.want({ops[2], ops[0], ops[2], ops[1]}, node.peer(peer.address));
  pass();
  ASSERT_TRUE(peer.socket().accepted());
  EXPECT_EQ(peer.requested(), (std::vector{ops[2].id, ops[0].id, ops[1].id}));
}

// H8: a caller never waits, and nothing is left behind: it is told how many were taken.
TEST_F(FetchCases, MoreThanFitsIsLeftToTheCaller) {
  FetchPolicy policy = compatible_profile;
  policy.pairs_max = 5;
  TestNode small(worker, policy);
  ScriptedPeer peer(worker);
  std::vector<OpId> const ids = ids_of(make_ops(1, 8));
  EXPECT_EQ(small.fetch.add_ops(ids, small.peer(peer.address)), 5u);
  EXPECT_EQ(small.fetch.add_ops(ids, small.peer(peer.address)), 0u);
  pass();
  EXPECT_EQ(small.pending_pairs(), 5u);
}

// H10: as many as the policy says are on their way at the same time.
TEST(FetchCasesFarAway, RequestsAreSentInParallel) {
  SimOptions options = SimOptions::calm();
  options.latency_min = options.latency_max = 1 * milliseconds;
  TestWorker worker(1, options);
  FetchPolicy policy = compatible_profile;
  policy.parallel_requests_max = 3;
  TestNode fetcher(worker, policy);
  std::vector<std::unique_ptr<ScriptedPeer>> peers;
  for (int i = 0; i < 5; ++i) {
    peers.push_back(std::make_unique<ScriptedPeer>(worker));
    fetcher.want({make_op(1)}, fetcher.peer(peers.back()->address));
  }
  std::uint32_t sending_max = 0;
  for (int i = 0; i < 100; ++i) {
    worker.advance(100 * microseconds);
    sending_max = std::max(sending_max, fetcher.fetch.parts().want.sending_count);
  }
  EXPECT_EQ(sending_max, 3u);
  EXPECT_EQ(fetcher.fetch.counters().ids_asked, 5u);
}
TEST_F(FetchCases, WithoutParallelRequestsNothingIsSent) {
  FetchPolicy policy = compatible_profile;
  policy.parallel_requests_max = 0;
  TestNode fetcher(worker, policy);
  ScriptedPeer peer(worker);
  fetcher.want(ops, fetcher.peer(peer.address));
  pass(60 * seconds);
  EXPECT_FALSE(peer.socket().accepted());
  EXPECT_EQ(fetcher.pending_pairs(), ops.size());
}

// H15: asked again until it is answered.
TEST_F(FetchCases, WhatIsNotAnsweredIsAskedForAgain) {
  ScriptedPeer peer(worker);
  node.want({ops[0]}, node.peer(peer.address));
  pass(1 * seconds);
  ASSERT_TRUE(peer.socket().accepted());
  EXPECT_EQ(peer.requested().size(), 1u);
  pass(28 * seconds);
  EXPECT_EQ(peer.requested().size(), 0u);
  pass(2 * seconds);
  EXPECT_EQ(peer.requested(), std::vector{ops[0].id});
  peer.respond({ops[0]});
  pass(60 * seconds);
  EXPECT_EQ(peer.requested().size(), 0u);
  EXPECT_TRUE(node.fetch.is_drained());
}

TEST_F(FetchCases, SourcesAreRedundant) {
  ScriptedPeer one(worker);
  ScriptedPeer two(worker);
  node.want({ops[0]}, node.peer(one.address));
  node.want({ops[0]}, node.peer(two.address));
  pass();
  ASSERT_TRUE(one.socket().accepted() && two.socket().accepted());
  EXPECT_EQ(one.requested().size(), 1u);
  EXPECT_EQ(two.requested().size(), 1u);
  EXPECT_EQ(node.pending_pairs(), 2u);
  one.respond({ops[0]});
  pass();
  EXPECT_EQ(node.pending_pairs(), 0u);
}

// H16
TEST_F(FetchCases, AnOpThatIsTooLargeForAFrameIsNotSent) {
  Op const large = make_op(1, (16u << 20) + 1);
  node.store.put({large, ops[0]});
  ScriptedPeer peer(worker, node.address());
  peer.request({large.id});
  peer.request({ops[0].id});
  pass();
  std::vector<ScriptedPeer::Said> const heard = peer.hear();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(ids_of(heard[0].ops), std::vector{ops[0].id});
  EXPECT_TRUE(lines.contains("too large for a frame"));
}

// H20: a store that has failed once is asked again.
TEST_F(FetchCases, AFailingStoreEndsNothing) {
  ScriptedPeer peer(worker, node.address());
  node.store.fails_to_commit = true;
  peer.respond({ops[0]});
  pass();
  EXPECT_TRUE(lines.contains("the store has not taken an op"));
  node.store.fails_to_commit = false;
  peer.respond({ops[1]});
  pass();
  EXPECT_TRUE(node.store.holds(ops[1].id));
}

TEST_F(FetchCases, AFilterThatFailsLetsOpsBeFetched) {
  ScriptedPeer peer(worker);
  node.store.fails_to_filter = true;
  node.want({ops[0]}, node.peer(peer.address));
  pass();
  ASSERT_TRUE(peer.socket().accepted());
  EXPECT_EQ(peer.requested(), std::vector{ops[0].id});
}

}  // namespace
}  // namespace weir

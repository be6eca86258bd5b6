// What profile weir does better than the one that fetch comes from, each on the simulated network
// and its clock.
#include <gtest/gtest.h>

#include "tests/p2p/test_peers.h"
#include "weir/p2p/fetch_parts.h"

namespace weir {
namespace {

Address nobody(std::uint16_t number = 1) { return Address::loopback(number); }

class WeirProfile : public testing::Test {
 protected:
  TestWorker worker;
  LogLines lines{worker->clock()};
  TestNode node{worker, weir_profile, &lines.log};
  std::vector<Op> const ops = make_ops(100, 8, 128);

  void pass(Duration time = 10 * milliseconds) { worker.advance(time); }
  // A peer that has been asked by the node for `wanted`.
  void ask(ScriptedPeer& peer, std::vector<Op> const& wanted) {
    node.want(wanted, node.peer(peer.address));
    pass();
    ASSERT_TRUE(peer.socket().accepted());
  }
  FetchPeer const& state_of(ScriptedPeer const& peer) {
    return *node.fetch.peer(node.peer(peer.address));
  }
};

TEST_F(WeirProfile, ManyIdsGoIntoOneRequest) {
  ScriptedPeer peer(worker);
  ask(peer, make_ops(1, 50));
  std::vector<ScriptedPeer::Said> const heard = peer.hear();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].ids, ids_of(make_ops(1, 50)));
  EXPECT_GT(heard[0].credit, 0u);
}

TEST_F(WeirProfile, OpsAreFetchedVerifiedAndStored) {
  TestNode holder(worker, weir_profile);
  std::vector<Op> const many = make_ops(1, 5000, 1024);
  holder.store.put(many);
  DrainedListener listener;
  node.want(many, node.peer(holder));
  node.fetch.notify_on_drained(listener.waker());
  pass(1 * seconds);
  EXPECT_TRUE(node.store.holds_all(many));
  EXPECT_EQ(listener.told, 1);
  EXPECT_EQ(node.fetch.counters().ids_asked, 5000u);
  EXPECT_EQ(node.fetch.counters().bytes_duplicate, 0u);
  EXPECT_LT(node.fetch.counters().requests, 1000u);
}

TEST_F(WeirProfile, AnOpIsDownloadedOnceHoweverManyHaveIt) {
  std::vector<Op> const many = make_ops(1, 2000, 512);
  std::vector<std::unique_ptr<TestNode>> holders;
  for (int i = 0; i < 4; ++i) {
    holders.push_back(std::make_unique<TestNode>(worker, weir_profile));
    holders.back()->store.put(many);
    node.want(many, node.peer(*holders.back()));
  }
  pass(2 * seconds);
  EXPECT_TRUE(node.store.holds_all(many));
  EXPECT_LE(node.fetch.counters().bytes_duplicate, 2000u * 512u / 50);  // 2 %
  int helped = 0;
  for (auto const& holder : holders) helped += holder->fetch.serve_counters().ops_served > 0;
  EXPECT_EQ(helped, 4);
}

TEST_F(WeirProfile, WhatAPeerDoesNotHoldIsAskedOfAnother) {
  TestNode lacking(worker, weir_profile);
  TestNode holder(worker, weir_profile);
  holder.store.put(ops);
  node.want(ops, node.peer(lacking));
  pass();
  EXPECT_EQ(node.fetch.counters().absent, ops.size());
  node.want(ops, node.peer(holder));
  pass();
  EXPECT_TRUE(node.store.holds_all(ops));
  EXPECT_TRUE(node.fetch.is_drained());
}

TEST_F(WeirProfile, WhatNobodyHoldsIsAskedForAgainNowAndThen) {
  ScriptedPeer peer(worker);
  ask(peer, {ops[0]});
  EXPECT_EQ(peer.requested().size(), 1u);
  peer.respond({}, {ops[0].id}, fetch_version);
  pass(20 * seconds);
  EXPECT_EQ(peer.requested().size(), 0u);
  pass(10'100 * milliseconds);
  EXPECT_EQ(peer.requested(), std::vector{ops[0].id});
  EXPECT_EQ(node.fetch.pending_count(), 1u);
}

TEST_F(WeirProfile, ASilentPeerIsGivenUpForAnother) {
  ScriptedPeer silent(worker);
  TestNode holder(worker, weir_profile);
  holder.store.put(ops);
  ask(silent, ops);
  node.want(ops, node.peer(holder));
  pass(weir_profile.timeout_first + 1 * seconds);
  EXPECT_TRUE(node.store.holds_all(ops));
}

TEST_F(WeirProfile, AnIdlePeerIsAskedTooForWhatAnotherHasHadForLong) {
  ScriptedPeer silent(worker);
  TestNode holder(worker, weir_profile);
  std::vector<Op> const many = make_ops(1, 200, 512);
  holder.store.put(many);
  ask(silent, many);
  node.want(many, node.peer(holder));
  // Long before any time-out. (The budget grows with what has come.)
  pass(300 * milliseconds);
  EXPECT_GE(node.store.counts().ops, 136u);
  EXPECT_GT(node.fetch.counters().hedged, 0u);
  EXPECT_EQ(node.fetch.counters().timeouts, 0u);
}

TEST_F(WeirProfile, TheQuickestIdlePeerIsAskedToo) {
  ScriptedPeer silent(worker);
  ScriptedPeer quick(worker);
  ScriptedPeer slow(worker);
  ask(slow, {ops[1]});
  pass(30 * milliseconds);
  slow.respond({ops[1]}, {}, fetch_version);
  ask(quick, {ops[2]});
  quick.respond({ops[2]}, {}, fetch_version);
  pass();
  slow.hear();
  quick.hear();
  ask(silent, {ops[0], ops[3]});
  ask(quick, {ops[0]});
  ask(slow, {ops[0], ops[3]});
  ask(quick, {ops[3]});
  pass(200 * milliseconds);
  EXPECT_EQ(quick.requested(), (std::vector{ops[0].id, ops[3].id}));
  EXPECT_TRUE(slow.requested().empty());
  EXPECT_EQ(node.fetch.counters().hedged, 2u);
}

// Its own answers are no reason to be patient with it.
TEST_F(WeirProfile, ASlowPeerIsHelpedByAQuickOne) {
  ScriptedPeer slow(worker);
  TestNode quick(worker, weir_profile);
  std::vector<Op> const theirs = make_ops(1'000, 16);
  std::vector<Op> const both = make_ops(2'000, 16);
  quick.store.put({ops[0]});
  quick.store.put(both);
  ask(slow, theirs);
  for (Op const& op : theirs) {
    pass(40 * milliseconds);
    slow.respond({op}, {}, fetch_version);
  }
  node.want({ops[0]}, node.peer(quick));
  pass();
  ask(slow, both);
  node.want(both, node.peer(quick));
  slow.respond({both[0]}, {}, fetch_version);
  pass(50 * milliseconds);
  EXPECT_TRUE(node.store.holds_all(both));
}

TEST_F(WeirProfile, WhoWasAskedTooIsToldThatItIsNotNeededAnyMore) {
  ScriptedPeer slow(worker);
  ScriptedPeer quick(worker);
  ask(slow, {ops[0]});
  slow.respond({}, {}, fetch_version);  // it speaks weir
  ask(quick, {ops[0], ops[1]});
  quick.respond({ops[1]}, {}, fetch_version);
  pass(100 * milliseconds);
  slow.hear();
  std::vector<OpId> const asked_too = quick.requested();
  ASSERT_EQ(std::count(asked_too.begin(), asked_too.end(), ops[0].id), 1);
  quick.respond({ops[0]}, {}, fetch_version);
  pass();
  std::vector<ScriptedPeer::Said> const heard = slow.hear();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].cancelled, std::vector{ops[0].id});
  // It comes all the same: a duplicate, and nobody's fault.
  slow.respond({ops[0]}, {}, fetch_version);
  pass();
  EXPECT_EQ(node.fetch.counters().ops_duplicate, 1u);
  EXPECT_EQ(state_of(slow).blame, 0u);
}

TEST_F(WeirProfile, TimeOutsFollowTheLatency) {
  ScriptedPeer peer(worker);
  ask(peer, ops);
  for (Op const& op : ops) {
    peer.respond({op}, {}, fetch_version);
    pass();
  }
  FetchState const& state = node.fetch.parts().want;
  EXPECT_LT(timeout_of(state, state_of(peer)), 1 * seconds);
  EXPECT_GE(timeout_of(state, state_of(peer)), weir_profile.timeout_min);
  EXPECT_EQ(timeout_of(state, FetchPeer()), weir_profile.timeout_first);
}

TEST_F(WeirProfile, AnUnresponsivePeerIsProbedWithOneId) {
  ScriptedPeer peer(worker);
  ask(peer, ops);
  EXPECT_EQ(peer.requested().size(), ops.size());
  pass(weir_profile.timeout_first);
  EXPECT_TRUE(state_of(peer).probing);
  pass(2 * seconds);
  EXPECT_EQ(peer.requested().size(), 1u);
  peer.respond({ops[0]}, {}, fetch_version);
  pass();
  EXPECT_FALSE(state_of(peer).probing);
  EXPECT_EQ(peer.requested().size(), ops.size() - 1);  // it is asked for all the others again
}

TEST_F(WeirProfile, APeerThatCannotBeReachedIsTriedAgainForEver) {
  PeerNumber const away = node.peer(nobody());
  node.want(ops, away);
  pass(1000 * seconds);
  EXPECT_GT(node.fetch.peer(away)->failures, 3u);
  EXPECT_EQ(node.fetch.pending_count(), ops.size());
}

TEST_F(WeirProfile, WhatWasAskedOfAPeerThatGoesIsAskedAgain) {
  ScriptedPeer peer(worker);
  ask(peer, ops);
  TestNode holder(worker, weir_profile);
  holder.store.put(ops);
  node.want(ops, node.peer(holder));
  peer.socket().reset();
  pass(100 * milliseconds);
  EXPECT_TRUE(node.store.holds_all(ops));
}

TEST_F(WeirProfile, BytesThatAreNotThoseOfTheirIdAreRefusedAndAskedOfOthers) {
  ScriptedPeer liar(worker);
  TestNode holder(worker, weir_profile);
  holder.store.put(ops);
  ask(liar, {ops[0]});
  node.want({ops[0]}, node.peer(holder));
  pass();
  Op forged = make_op("something else");
  forged.id = ops[0].id;
  liar.respond({forged}, {}, fetch_version);
  pass(100 * milliseconds);
  EXPECT_EQ(node.store.bytes_of(ops[0].id), ops[0].bytes.text());
  EXPECT_EQ(node.fetch.counters().ops_damaged, 1u);
  EXPECT_TRUE(lines.contains("its bytes are not those of its id"));
  EXPECT_EQ(state_of(liar).blame, 1u);
}

TEST_F(WeirProfile, WhoSendsMuchThatIsWrongIsBanned) {
  ScriptedPeer liar(worker);
  ask(liar, ops);
  std::vector<Op> forged = ops;
  for (Op& op : forged) op.bytes = Bytes("something else");
  liar.respond(forged, {}, fetch_version);
  pass(100 * milliseconds);
  EXPECT_TRUE(state_of(liar).banned);
  liar.hear();
  EXPECT_TRUE(liar.socket().peer_closed());
  EXPECT_EQ(node.fetch.counters().ops_damaged, weir_profile.blame_max);
  EXPECT_EQ(node.store.counts().ops, 0u);
  EXPECT_TRUE(lines.contains("banned"));
}

TEST_F(WeirProfile, WhatWasNotAskedForIsRefused) {
  ScriptedPeer stranger(worker, node.address());
  stranger.respond({ops[0]}, {}, fetch_version);
  pass();
  EXPECT_EQ(node.store.given.size(), 0u);
  EXPECT_EQ(node.fetch.counters().ops_unsolicited, 1u);
  EXPECT_TRUE(lines.contains("not asked for"));
}

TEST_F(WeirProfile, APeerOfKitsune2IsFetchedFromAndServed) {
  TestNode old(worker, compatible_profile);
  old.store.put(ops);
  node.want(ops, node.peer(old));
  pass(100 * milliseconds);
  EXPECT_TRUE(node.store.holds_all(ops));
  TestNode other(worker, compatible_profile);
  other.want(ops, other.peer(node));
  pass(100 * milliseconds);
  EXPECT_TRUE(other.store.holds_all(ops));
}

TEST_F(WeirProfile, CancelledOpsAreNotWantedAnyMore) {
  ScriptedPeer peer(worker);
  ask(peer, ops);
  peer.respond({}, {}, fetch_version);
  pass();
  peer.hear();
  DrainedListener listener;
  node.fetch.notify_on_drained(listener.waker());
  for (Op const& op : ops) node.fetch.cancel(op.id);
  pass();
  EXPECT_EQ(listener.told, 1);
  std::vector<ScriptedPeer::Said> const heard = peer.hear();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].cancelled.size(), ops.size());
}

TEST_F(WeirProfile, AfterItsDeadlineAnOpIsNotWantedAnyMore) {
  ScriptedPeer peer(worker);
  Instant const deadline = worker->clock().now() + 3 * seconds;
  node.fetch.add_ops(
      std::vector<WantedOp>{{.id = ops[0].id, .deadline = deadline}, {.id = ops[1].id}},
      node.peer(peer.address));
  pass(2 * seconds);
  EXPECT_EQ(node.fetch.pending_count(), 2u);
  pass(2 * seconds);
  ASSERT_EQ(node.fetch.pending_count(), 1u);
  EXPECT_EQ(node.fetch.state_summary()[0].id, ops[1].id);
}

TEST_F(WeirProfile, NothingIsAskedWhileTheStoreCanWriteNothing) {
  TestNode holder(worker, weir_profile);
  std::vector<Op> const many = make_ops(1, 500, 1024);
  holder.store.put(many);
  node.store.fails_to_commit = true;
  node.want(many, node.peer(holder));
  pass(10 * seconds);
  EXPECT_EQ(node.fetch.pending_count(), 500u);
  EXPECT_LT(node.store.given.size(), 5000u);  // at most once a second
  EXPECT_TRUE(lines.contains("stays wanted"));
  node.store.fails_to_commit = false;
  pass(5 * seconds);
  EXPECT_TRUE(node.store.holds_all(many));
  EXPECT_TRUE(node.fetch.is_drained());
}

// ---- credit

TEST_F(WeirProfile, AHolderSendsNoMoreThanItWasPromisedRoomFor) {
  std::vector<Op> const many = make_ops(1, 100, 1000);
  node.store.put(many);
  ScriptedPeer peer(worker, node.address());
  peer.request(ids_of(many), 4500, fetch_version);
  pass();
  std::uint64_t bytes = 0;
  for (ScriptedPeer::Said const& said : peer.hear()) bytes += 1000 * said.ops.size();
  EXPECT_EQ(node.fetch.serve_counters().ids_requested, 100u);
  EXPECT_GE(bytes, 4500u);
  EXPECT_LE(bytes, 4500u + 1000u);  // one op more than that, at most
  peer.request({}, 1'000'000, fetch_version);
  pass();
  for (ScriptedPeer::Said const& said : peer.hear()) bytes += 1000 * said.ops.size();
  EXPECT_EQ(bytes, 100'000u);
}

TEST_F(WeirProfile, NoMoreIsPromisedThanTheStoreHasRoomFor) {
  FetchPolicy policy = weir_profile;
  policy.room_bytes = 200'000;
  TestNode small(worker, policy);
  std::vector<std::unique_ptr<ScriptedPeer>> peers;
  std::uint64_t promised = 0;
  for (std::uint64_t i = 0; i < 6; ++i) {
    peers.push_back(std::make_unique<ScriptedPeer>(worker));
    small.want(make_ops(1000 * i, 50, 1024), small.peer(peers.back()->address));
  }
  pass();
  for (auto const& peer : peers) {
    ASSERT_TRUE(peer->socket().accepted());
    std::uint64_t credit = 0;
    for (ScriptedPeer::Said const& said : peer->hear()) credit = std::max(credit, said.credit);
    promised += credit;
  }
  EXPECT_GT(promised, 0u);
  EXPECT_LE(promised, 200'000u);
}

// ---- serving

TEST_F(WeirProfile, WhoAsksForMuchMakesNobodyElseWait) {
  std::vector<Op> const many = make_ops(1, 2000, 4096);
  node.store.put(many);
  ScriptedPeer greedy(worker, node.address());
  ScriptedPeer modest(worker, node.address());
  greedy.request(ids_of(many), 1u << 30, fetch_version);
  modest.request({many[1999].id}, 1u << 30, fetch_version);
  bool modest_has_it = false;
  for (int i = 0; i < 200'000 && !modest_has_it; ++i) {
    worker.advance(1 * microseconds);
    for (ScriptedPeer::Said const& said : modest.hear()) modest_has_it |= !said.ops.empty();
  }
  EXPECT_TRUE(modest_has_it);
  EXPECT_LT(node.fetch.serve_counters().ops_served, 1000u);
}

TEST_F(WeirProfile, AFloodOfRequestsIsBounded) {
  node.store.put({make_op(1)});  // which uses up the credit below
  ScriptedPeer peer(worker, node.address());
  std::vector<OpId> const ids = ids_of(make_ops(1, 10'000));
  for (int i = 0; i < 10; ++i) peer.request(ids, 1, fetch_version);
  pass();
  ServeCounters const& counters = node.fetch.serve_counters();
  EXPECT_EQ(counters.ids_requested, 100'000u);
  EXPECT_GT(counters.ids_dropped, 0u);
  EXPECT_TRUE(lines.contains("requests are dropped"));
  EXPECT_LE(node.fetch.parts().serve.queued_ids, weir_profile.ids_queued_max);
}

TEST_F(WeirProfile, CancelledIdsAreNotServed) {
  std::vector<Op> const many = make_ops(1, 100, 4096);
  node.store.put(many);
  ScriptedPeer peer(worker, node.address());
  std::vector<OpId> const ids = ids_of(many);
  peer.request(ids, 4096, fetch_version);  // room for one turn
  pass();
  std::size_t const served = node.fetch.serve_counters().ops_served;
  ASSERT_LT(served, 100u);
  peer.request({}, 1u << 30, fetch_version, {ids.begin() + 80, ids.end()});
  pass();
  EXPECT_EQ(node.fetch.serve_counters().ops_served, 80u);
}

TEST_F(WeirProfile, OpsOfAMebibyteEachAreFetched) {
  TestNode holder(worker, weir_profile);
  std::vector<Op> const large = make_ops(1, 40, 1u << 20);
  holder.store.put(large);
  node.want(large, node.peer(holder));
  pass(5 * seconds);
  EXPECT_TRUE(node.store.holds_all(large));
}

TEST_F(WeirProfile, AMillionPendingIdsTakeLittleMemory) {
  PeerNumber const away = node.peer(nobody());
  constexpr std::uint32_t count = 1'000'000;
  FetchState& state = node.fetch.parts().want;
  for (std::uint32_t i = 0; i < count; ++i) ASSERT_TRUE(want(state, {.id = make_op(i).id}, away));
  EXPECT_LE(node.fetch.pending_memory_bytes(), 200ull * count);
}

// ---- faults: whatever the network does, everything comes

class HostileNetwork : public testing::TestWithParam<std::uint64_t> {};

TEST_P(HostileNetwork, EverythingComesThroughIt) {
  SCOPED_TRACE(GetParam());
  TestWorker worker(GetParam(), SimOptions::hostile());
  TestNode node(worker, weir_profile);
  std::vector<Op> const many = make_ops(1, 300, 700);
  std::vector<std::unique_ptr<TestNode>> holders;
  for (int i = 0; i < 3; ++i) {
    holders.push_back(std::make_unique<TestNode>(worker, weir_profile));
    holders.back()->store.put(many);
    node.want(many, node.peer(*holders.back()));
  }
  for (int i = 0; i < 60 && !node.fetch.is_drained(); ++i) worker.advance(1 * seconds);
  EXPECT_TRUE(node.store.holds_all(many));
}

INSTANTIATE_TEST_SUITE_P(Seeds, HostileNetwork, testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace weir

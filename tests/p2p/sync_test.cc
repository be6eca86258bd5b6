// Nodes that keep in step, on the simulated network and its clock.
#include <gtest/gtest.h>

#include "tests/p2p/test_sync.h"
#include "weir/p2p/fetch_parts.h"

namespace weir {
namespace {

class Synced : public testing::Test {
 protected:
  TestWorker worker;

  void pass(Duration time = 10 * milliseconds) { worker.advance(time); }
};

TEST_F(Synced, TwoNodesThatStartWithDifferentOpsEndWithTheSame) {
  SyncNode a(worker);
  SyncNode b(worker);
  a.put(timed_ops(0, 700));
  b.put(timed_ops(500, 700));
  a.begin();
  b.begin();
  a.keep(b);
  pass(2 * seconds);
  EXPECT_TRUE(a.holds_all(timed_ops(0, 1200)));
  EXPECT_TRUE(b.holds_all(timed_ops(0, 1200)));
  EXPECT_EQ(a.counters().needed, 500u);
  EXPECT_EQ(b.counters().needed, 500u);
  EXPECT_EQ(a.counters().sessions_begun, 1u);  // who dialled begins
  EXPECT_EQ(b.counters().sessions_begun, 0u);
  EXPECT_EQ(b.counters().sessions_taken, 1u);
  EXPECT_EQ(a.sync.held().size(), 1200u);
}

TEST_F(Synced, ANodeThatIsEmptyGetsEverything) {
  SyncNode full(worker);
  SyncNode empty(worker);
  full.put(timed_ops(0, 20'000));
  full.begin();
  empty.begin();
  empty.keep(full);
  pass(5 * seconds);
  EXPECT_EQ(empty.op_count(), 20'000u);
  // Each op costs its id once, and hardly more.
  EXPECT_LT(empty.bytes(), 20'000u * 40u);
  EXPECT_EQ(empty.counters().sessions_begun, 1u);
  // Whom they came from is told nothing of them.
  EXPECT_EQ(empty.counters().published, 0u);
}

TEST_F(Synced, ANodeThatWasAwaySyncsTheDifferenceAlone) {
  SyncNode here(worker);
  SyncNode away(worker);
  here.put(timed_ops(0, 20'000));
  away.put(timed_ops(0, 20'000));
  here.begin();
  away.begin();
  away.keep(here);
  pass(2 * seconds);
  away.part_from(here);
  pass(2 * seconds);
  EXPECT_EQ(away.sync.connected_count(), 0u);
  std::uint64_t const messages = away.messages();
  std::uint64_t const bytes = away.bytes();
  here.add(timed_ops(30'000, 60));
  away.add(timed_ops(40'000, 40));
  pass(7 * 24 * 3600 * seconds);
  away.keep(here);
  pass(2 * seconds);
  EXPECT_EQ(here.op_count(), 20'100u);
  EXPECT_EQ(away.op_count(), 20'100u);
  EXPECT_LE(away.messages() - messages, 8u);
  EXPECT_LE(away.bytes() - bytes, 16u << 10);
  EXPECT_EQ(away.fetch.counters().ops_received, 60u);
}

TEST_F(Synced, NodesThatHoldTheSameExchangeTwoMessagesAMinute) {
  SyncNode a(worker);
  SyncNode b(worker);
  for (SyncNode* const node : {&a, &b}) {
    node->put(timed_ops(0, 5000));
    node->begin();
  }
  a.keep(b);
  pass(3600 * seconds);
  std::uint64_t const sessions = a.counters().sessions_begun + b.counters().sessions_begun;
  EXPECT_GE(sessions, 40u);
  EXPECT_LE(sessions, 120u);
  EXPECT_EQ(a.messages(), 2 * sessions);
  EXPECT_LT(a.bytes(), sessions * 2000);
}

// ---- publish

TEST_F(Synced, WhatIsNewReachesAThirdNodeThroughTheSecond) {
  SyncNode a(worker);
  SyncNode b(worker);
  SyncNode c(worker);
  for (SyncNode* const node : {&a, &b, &c}) node->begin();
  a.keep(b);
  c.keep(b);
  pass(1 * seconds);
  a.add(timed_ops(0, 100));
  pass(1 * seconds);
  EXPECT_EQ(b.op_count(), 100u);
  EXPECT_EQ(c.op_count(), 100u);
  EXPECT_EQ(a.counters().published, 100u);
  EXPECT_EQ(b.counters().published, 100u);  // to c, and not back
  EXPECT_EQ(c.counters().published, 0u);
  EXPECT_EQ(c.counters().learnt, 100u);
  c.add(timed_ops(200, 1));
  pass(1 * seconds);
  EXPECT_TRUE(a.holds_all(timed_ops(200, 1)));
}

TEST_F(Synced, WhatIsNewInOneTickIsToldInOneMessage) {
  SyncNode a(worker);
  a.begin();
  ScriptedSyncPeer peer(worker, a);
  pass();
  peer.hear();
  a.add(timed_ops(0, 3000));
  pass();
  std::vector<ScriptedSyncPeer::Heard> const heard = peer.hear();
  ASSERT_EQ(heard.size(), 1u);
  ASSERT_EQ(heard[0].message.kind, SyncKind::publish);
  std::vector<TimedId> const expected = timed_ids_of(timed_ops(0, 3000));
  std::size_t n = 0;
  for (TimedId const& op : heard[0].message.ops) EXPECT_EQ(op, expected[n++]);
  EXPECT_EQ(n, 3000u);
}

TEST_F(Synced, WhatIsTooMuchToBePublishedIsFoundInASessionSoon) {
  SyncOptions options;
  options.policy.publish_ids_max = options.policy.publish_ids_per_message_max = 100;
  SyncNode a(worker, options);
  SyncNode b(worker);
  a.begin();
  b.begin();
  a.keep(b);
  pass(1 * seconds);
  a.add(timed_ops(0, 2550));
  pass(5 * seconds);  // and not in a minute
  EXPECT_EQ(b.op_count(), 2550u);
  EXPECT_EQ(a.counters().left_out, 2500u);
  EXPECT_GE(b.counters().needed, 2500u);
}

TEST_F(Synced, WhoDoesNotReadIsToldNothingNewUntilItDoes) {
  SyncNode a(worker);
  a.begin();
  ScriptedSyncPeer peer(worker, a);
  pass();
  for (std::uint64_t n = 0; n < 200; ++n) {
    a.add(timed_ops(n * 2000, 2000, 16));
    pass();
  }
  // 16 MB of ids: what was sent, and what waits, is bounded.
  EXPECT_LT(a.counters().bytes_sent, 4u << 20);
  EXPECT_GT(a.counters().left_out, 0u);
  EXPECT_EQ(a.sync.connected_count(), 1u);
  std::uint64_t const sent = a.counters().published;
  for (int n = 0; n < 200; ++n) {
    peer.hear();
    pass();
  }
  EXPECT_GT(a.counters().published, sent);
}

TEST_F(Synced, NothingIsToldToThoseKnownToHaveIt) {
  SyncNode a(worker);
  SyncNode b(worker);
  SyncNode empty(worker);
  for (SyncNode* const node : {&a, &b}) {
    node->put(timed_ops(0, 1000));
    node->begin();
  }
  empty.begin();
  empty.keep(a);
  empty.keep(b);
  pass(3 * seconds);
  EXPECT_EQ(empty.op_count(), 1000u);
  EXPECT_EQ(empty.counters().needed, 2000u);
  EXPECT_LT(empty.counters().published, 200u);  // what came before it was known
}

// ---- wanted of anybody

TEST_F(Synced, WhatIsWantedOfAnybodyIsAskedOfWhoeverIsThereAndComes) {
  SyncNode node(worker);
  node.begin();
  ScriptedSyncPeer first(worker, node);
  pass();
  std::vector<Op> const ops = timed_ops(0, 3);
  EXPECT_EQ(node.sync.want(ids_of(ops)), 3u);
  pass();
  EXPECT_EQ(first.requested(), ids_of(ops));
  first.respond({ops[0]}, {ops[1].id, ops[2].id});
  pass();
  EXPECT_EQ(node.sync.wanted_count(), 2u);
  ScriptedSyncPeer second(worker, node);
  pass();
  std::vector<OpId> asked = second.requested();
  std::sort(asked.begin(), asked.end());
  EXPECT_EQ(asked, (std::vector{ops[1].id, ops[2].id}));
  node.sync.unwant(ops[2].id);
  second.respond({ops[1]});
  pass();
  EXPECT_EQ(node.sync.wanted_count(), 0u);
  EXPECT_EQ(node.fetch.pending_count(), 0u);
  EXPECT_EQ(node.op_count(), 2u);
}

TEST_F(Synced, WhatIsWantedOfAnybodyIsBounded) {
  SyncOptions options;
  options.policy.wanted_max = 10;
  SyncNode node(worker, options);
  node.begin();
  EXPECT_EQ(node.sync.want(ids_of(timed_ops(0, 8))), 8u);
  EXPECT_EQ(node.sync.want(ids_of(timed_ops(5, 10))), 5u);
  EXPECT_EQ(node.sync.wanted_count(), 10u);
}

// ---- room

TEST_F(Synced, WhatThereIsNoRoomForIsAskedWhenSomeHasCome) {
  SyncOptions options;
  options.policy.pending_per_peer_max = 200;
  options.policy.reconcile.message_bytes_max = 4096;
  SyncNode full(worker, options);
  SyncNode empty(worker, options);
  full.put(timed_ops(0, 5000));
  full.begin();
  empty.begin();
  empty.keep(full);
  std::uint64_t most = 0;
  for (int n = 0; n < 3000 && empty.op_count() < 5000; ++n) {
    pass(1 * milliseconds);
    most = std::max<std::uint64_t>(most, empty.fetch.pending_count());
  }
  EXPECT_EQ(empty.op_count(), 5000u);
  EXPECT_LE(most, 200u + 4096u / 33u);
  EXPECT_EQ(empty.counters().sessions_begun, 1u);  // which waited, and was not begun anew
}

TEST_F(Synced, ASessionThatFindsTooMuchIsFollowedByAnother) {
  SyncOptions options;
  options.policy.session_needed_max = 300;
  options.policy.reconcile.message_bytes_max = 4096;
  SyncNode full(worker, options);
  SyncNode empty(worker, options);
  full.put(timed_ops(0, 2000));
  full.begin();
  empty.begin();
  empty.keep(full);
  pass(60 * seconds);
  EXPECT_EQ(empty.op_count(), 2000u);
  EXPECT_GE(empty.counters().sessions_cut, 4u);
}

TEST_F(Synced, WhatFetchHasNoRoomForIsFoundAgain) {
  FetchPolicy policy = weir_profile;
  policy.pairs_max = 100;
  SyncNode full(worker);
  SyncNode empty(worker, {}, nullptr, policy);
  full.put(timed_ops(0, 1000));
  full.begin();
  empty.begin();
  empty.keep(full);
  pass(120 * seconds);
  EXPECT_EQ(empty.op_count(), 1000u);
  EXPECT_GT(empty.counters().left_out, 0u);
}

TEST_F(Synced, ASessionWaitsForOpsThatDoNotCome) {
  SyncOptions options;
  options.policy.pending_per_peer_max = 200;
  options.policy.reconcile.message_bytes_max = 4096;
  SyncNode full(worker, options);
  SyncNode empty(worker, options);
  full.put(timed_ops(0, 2000));
  empty.store.fails_to_commit = true;
  full.begin();
  empty.begin();
  empty.keep(full);
  pass(600 * seconds);
  EXPECT_LE(empty.fetch.pending_count(), 200u + 4096u / 33u);
  EXPECT_EQ(empty.counters().sessions_begun, 1u);  // none while there is no room
  EXPECT_EQ(empty.counters().sessions_cut, 1 + empty.counters().sessions_taken);
  empty.store.fails_to_commit = false;
  pass(60 * seconds);
  EXPECT_EQ(empty.op_count(), 2000u);
}

// ---- sessions

TEST_F(Synced, SessionsBeginWhenAllIsKnownThatIsHeld) {
  SyncNode a(worker);
  SyncNode b(worker);
  b.put(timed_ops(0, 100));
  a.begin();
  b.fetch.run({[](void* self, Graph& graph, FetchParts& parts) {
                 auto& node = *static_cast<SyncNode*>(self);
                 serve_inline(graph, parts.store, node.store);
                 node.sync.install(graph);
               },
               &b});
  a.keep(b);
  b.keep(a);
  pass(10 * seconds);
  EXPECT_FALSE(b.sync.has_begun());
  EXPECT_EQ(b.counters().sessions_begun, 0u);
  EXPECT_GT(a.counters().sessions_cut, 2u);  // it asks again, now and then
  EXPECT_LT(a.counters().sessions_cut, 12u);
  std::vector<OpEntry> entries;
  ASSERT_TRUE(b.store.list_since(0, {}, entries).ok());
  b.sync.note_held(entries);
  b.sync.begin();
  pass(1 * seconds);
  EXPECT_EQ(a.op_count(), 100u);
}

TEST_F(Synced, APeerThatDoesNotAnswerIsAskedAgainInAMinute) {
  SyncNode node(worker);
  node.begin();
  ScriptedSyncPeer silent(worker);
  node.keep(silent.address());
  pass();
  ASSERT_TRUE(silent.socket().accepted());
  EXPECT_EQ(silent.hear().size(), 1u);
  pass(29 * seconds);
  EXPECT_TRUE(silent.hear().empty());
  pass(2 * seconds);
  std::vector<ScriptedSyncPeer::Heard> const heard = silent.hear();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].message.kind, SyncKind::end);
  EXPECT_EQ(heard[0].message.reason, SessionEnd::timed_out);
  pass(90 * seconds);
  EXPECT_EQ(node.counters().sessions_begun, 2u);
  EXPECT_EQ(node.sync.connected_count(), 1u);
}

TEST_F(Synced, OfTwoSessionsThatBeginAtOnceTheDialledOneGivesWay) {
  SyncNode a(worker);
  SyncNode b(worker);
  a.put(timed_ops(0, 100));
  b.put(timed_ops(50, 100));
  a.begin();
  b.begin();
  a.keep(b);
  pass(1 * seconds);
  // b knows a by a number that it has by its connection.
  PeerNumber number = 0;
  while (b.sync.peer(number) == nullptr || !b.sync.peer(number)->connected()) ++number;
  a.sync.reconcile_with(a.peer(b));
  b.sync.reconcile_with(number);
  pass(1 * seconds);
  EXPECT_EQ(a.counters().sessions_begun, 2u);
  EXPECT_EQ(b.counters().sessions_begun, 1u);
  EXPECT_EQ(b.counters().sessions_cut, 1u);
  EXPECT_EQ(a.counters().sessions_done, 2u);
  EXPECT_EQ(b.counters().sessions_done, 2u);
  EXPECT_EQ(a.counters().sessions_taken, 0u);
}

TEST_F(Synced, NoMoreSessionsThanThePolicyAllowsAreUnderWay) {
  SyncOptions options;
  options.policy.sessions_max = 2;
  SyncNode node(worker, options);
  node.begin();
  std::vector<std::unique_ptr<ScriptedSyncPeer>> silent;
  for (int n = 0; n < 5; ++n) {
    silent.push_back(std::make_unique<ScriptedSyncPeer>(worker));
    node.keep(silent.back()->address());
  }
  SyncNode other(worker);
  other.put(timed_ops(0, 10));
  other.begin();
  pass(1 * seconds);
  EXPECT_EQ(node.counters().sessions_begun, 2u);
  // The others have their turn when those have ended; and a node that begins one itself does.
  other.keep(node);
  pass(1 * seconds);
  EXPECT_EQ(node.op_count(), 10u);
  pass(31 * seconds);
  EXPECT_EQ(node.counters().sessions_begun, 4u);
}

// ---- connections

TEST(SyncOverLosses, NodesEndWithTheSameWhicheverDeliveryEndsTheirConnection) {
  int lost = 0;
  for (std::uint64_t delivery = 1; delivery <= 60; ++delivery) {
    SimOptions options = SimOptions::calm();
    options.reset_at_delivery = delivery;
    TestWorker worker(seed_of_tests(), options);
    SyncOptions sync;
    sync.policy.reconcile.message_bytes_max = 4096;
    SyncNode a(worker, sync);
    SyncNode b(worker, sync);
    a.put(timed_ops(0, 1500));
    b.put(timed_ops(1000, 1500));
    a.begin();
    b.begin();
    a.keep(b);
    worker.advance(30 * seconds);
    EXPECT_EQ(a.op_count(), 2500u) << "delivery " << delivery;
    EXPECT_EQ(b.op_count(), 2500u) << "delivery " << delivery;
    lost += a.counters().sessions_lost > 0;
  }
  EXPECT_GT(lost, 3);
}

TEST(SyncOverLosses, RandomNodesOnABadNetworkEndWithTheSame) {
  std::uint64_t const first = seed_of_tests();
  for (std::uint64_t seed = first; seed < first + 12; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    SimOptions options = SimOptions::hostile();
    options.reset_once_in = seed % 3 == 0 ? 2000 : 0;
    TestWorker worker(seed, options);
    SyncOptions sync;
    sync.policy.pending_per_peer_max = 50 + static_cast<std::uint32_t>(random.below(500));
    sync.policy.publish_ids_max = 200;
    sync.policy.publish_ids_per_message_max = 50;
    sync.policy.reconcile.message_bytes_max =
        4096 + static_cast<std::uint32_t>(random.below(20'000));
    std::vector<std::unique_ptr<SyncNode>> nodes;
    std::uint64_t const count = 2 + random.below(2);
    for (std::uint64_t n = 0; n < count; ++n) {
      nodes.push_back(std::make_unique<SyncNode>(worker, sync));
      nodes[n]->put(timed_ops(random.below(500), random.below(500), 200));
      nodes[n]->begin();
      if (n > 0) nodes[n]->keep(*nodes[random.below(n)]);
    }
    for (int n = 0; n < 5; ++n) {
      worker.advance(random.below(300) * milliseconds);
      nodes[random.below(count)]->add(timed_ops(1000 + random.below(500), random.below(100), 200));
    }
    worker.advance(300 * seconds);
    std::uint64_t const held = nodes[0]->sync.held().size();
    for (auto const& node : nodes) {
      EXPECT_EQ(node->sync.held().size(), held);
      EXPECT_EQ(node->op_count(), held);
      EXPECT_EQ(node->counters().refused, 0u);
      EXPECT_EQ(node->sync.held().summary(0, held).sum, nodes[0]->sync.held().summary(0, held).sum);
    }
  }
}

TEST(SyncOverLosses, OverALongWayAFewRoundTripsAreEnough) {
  SimOptions options = SimOptions::calm();
  options.latency_min = options.latency_max = 100 * milliseconds;
  TestWorker worker(seed_of_tests(), options);
  SyncNode a(worker);
  SyncNode b(worker);
  for (SyncNode* const node : {&a, &b}) node->put(timed_ops(0, 10'000));
  for (std::uint64_t n = 0; n < 50; ++n) {
    a.put(timed_ops(20'000 + 100 * n, 1));
    b.put(timed_ops(20'050 + 100 * n, 1));
  }
  a.begin();
  b.begin();
  a.keep(b);
  // To connect, to find out in four or five, to fetch: 200 ms each.
  worker.advance(1600 * milliseconds);
  EXPECT_EQ(a.op_count(), 10'100u);
  EXPECT_EQ(b.op_count(), 10'100u);
}

TEST_F(Synced, NodesThatDialEachOtherAndAllOthersEndWithTheSame) {
  std::vector<std::unique_ptr<SyncNode>> nodes;
  for (std::uint64_t n = 0; n < 4; ++n) {
    nodes.push_back(std::make_unique<SyncNode>(worker));
    nodes[n]->put(timed_ops(100 * n, 150));
    nodes[n]->begin();
  }
  for (auto const& a : nodes) {
    for (auto const& b : nodes) {
      if (a != b) a->keep(*b);
    }
  }
  pass(1 * seconds);
  for (std::uint64_t n = 0; n < 4; ++n) nodes[n]->add(timed_ops(1000 + 100 * n, 100));
  pass(5 * seconds);
  for (auto const& node : nodes) {
    EXPECT_EQ(node->op_count(), 850u);
    EXPECT_TRUE(node->fetch.is_drained());
    EXPECT_EQ(node->counters().sessions_lost, 0u);
  }
}

TEST_F(Synced, NodesThatAreWhoTheirKeysSayHaveOneConnectionWhoeverDials) {
  std::vector<std::unique_ptr<TestIdentity>> identities;
  std::vector<std::unique_ptr<SyncNode>> nodes;
  for (std::uint64_t n = 0; n < 3; ++n) {
    identities.push_back(std::make_unique<TestIdentity>(static_cast<int>(n) + 1));
    nodes.push_back(std::make_unique<SyncNode>(worker));
    nodes[n]->identify(*identities[n], worker->clock());
    nodes[n]->put(timed_ops(100 * n, 150));
    nodes[n]->begin();
  }
  for (auto const& a : nodes) {
    for (auto const& b : nodes) a->keep(*b);  // itself, too
  }
  pass(10 * seconds);
  for (auto const& node : nodes) {
    EXPECT_EQ(node->op_count(), 350u);
    EXPECT_EQ(node->sync.connected_count(), 2u);
    EXPECT_LE(node->sync.dial_count(), 20u);  // others once or twice, itself now and then
  }
  std::uint64_t const published = nodes[0]->counters().published;
  std::uint64_t const dials = nodes[1]->sync.dial_count();
  nodes[0]->add(timed_ops(1000, 100));
  pass(3600 * seconds);
  EXPECT_EQ(nodes[0]->counters().published - published, 200u);  // each of the two once
  for (auto const& node : nodes) {
    EXPECT_EQ(node->op_count(), 450u);
    EXPECT_EQ(node->sync.connected_count(), 2u);
  }
  // Itself, with the longest of waits: half a minute in the mean.
  EXPECT_LE(nodes[1]->sync.dial_count() - dials, 240u);
}

TEST_F(Synced, AKeptLinkIsDialledAgainAfterTimesThatGrow) {
  SyncNode node(worker);
  node.begin();
  node.keep(Address::loopback(1));  // nobody listens there
  pass(1200 * seconds);
  EXPECT_EQ(node.sync.connected_count(), 0u);
  EXPECT_GE(node.sync.dial_count(), 20u);
  EXPECT_LE(node.sync.dial_count(), 100u);
}

TEST_F(Synced, APeerThatComesBackIsConnectedAgain) {
  SyncNode node(worker);
  node.begin();
  ScriptedSyncPeer peer(worker);
  node.keep(peer.address());
  pass();
  ASSERT_TRUE(peer.socket().accepted());
  peer.socket().close();
  pass();
  EXPECT_EQ(node.sync.connected_count(), 0u);
  SyncNode again(worker, peer.address());
  again.put(timed_ops(0, 10));
  again.begin();
  pass(10 * seconds);
  EXPECT_EQ(node.op_count(), 10u);
}

}  // namespace
}  // namespace weir

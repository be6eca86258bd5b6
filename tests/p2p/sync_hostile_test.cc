// What peers may do to a node that keeps in step with them: it costs them, and nobody else.
#include <gtest/gtest.h>

#include "tests/p2p/test_sync.h"
#include "weir/p2p/reconcile.h"

namespace weir {
namespace {

class SyncUnderAttack : public testing::Test {
 protected:
  TestWorker worker;
  LogLines lines{worker->clock()};
  SyncNode node{worker, {}, &lines.log};

  void pass(Duration time = 10 * milliseconds) { worker.advance(time); }
  // The node is in step with somebody else all the same.
  void expect_service() {
    SyncNode good(worker);
    good.put(timed_ops(5000, 50));
    good.begin();
    good.keep(node);
    pass(5 * seconds);
    EXPECT_TRUE(node.holds_all(timed_ops(5000, 50)));
  }
  void expect_refused(std::string_view data, std::string_view reason) {
    ScriptedSyncPeer peer(worker, node);
    pass();
    peer.say(data);
    pass();
    EXPECT_TRUE(peer.is_closed()) << reason;
    pass(1 * seconds);  // a log says the same only so often
    EXPECT_TRUE(lines.contains(reason)) << reason;
  }
};

std::string bytes_of(Bytes const& bytes) { return std::string(bytes.text()); }

std::string with_varint(std::string text, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) text.push_back(static_cast<char>(number | 0x80));
  text.push_back(static_cast<char>(number));
  return text;
}

TEST_F(SyncUnderAttack, MalformedMessagesCloseTheConnectionWithAReason) {
  node.begin();
  std::string const publish = bytes_of(publish_message(timed_ids_of(timed_ops(0, 3))));
  expect_refused("", "it ends too early");
  expect_refused("\x01", "it ends too early");
  expect_refused("\x02\x01", "its version is not 1");
  expect_refused(publish.substr(0, publish.size() - 1), "another size than its count says");
  expect_refused(publish + "x", "another size than its count says");
  expect_refused(with_varint("\x01\x01", 65'537), "more than 65536 ops");
  expect_refused(with_varint("\x01\x01", ~0ull), "more than 65536 ops");
  expect_refused("\x01\x02" + std::string(11, '\xff'), "a number of more than 64 bits");
  expect_refused("\x01\x04", "it ends too early");
  expect_refused("\x01\x02\x05nonsense", "a message of reconciliation is refused");
  expect_refused(bytes_of(session_message(SyncKind::initiator, 1, std::string(300'000, '\x01'))),
                 "it is longer than");
  EXPECT_EQ(node.counters().refused, 11u);
  expect_service();
}

TEST_F(SyncUnderAttack, KindsOfLaterVersionsAreSkipped) {
  node.begin();
  ScriptedSyncPeer peer(worker, node);
  pass();
  peer.say("\x01\x05whatever");
  peer.say("\x01\xff");
  pass();
  EXPECT_FALSE(peer.is_closed());
  peer.publish(timed_ops(0, 1));
  pass();
  EXPECT_EQ(peer.requested(), ids_of(timed_ops(0, 1)));
}

TEST_F(SyncUnderAttack, MessagesOfOtherModulesAreSkippedAndOfOtherSpacesRefused) {
  node.begin();
  auto const frame_of = [](std::string_view space, std::string_view module) {
    Bytes const data("x"), its_space(space), its_module(module);
    Envelope const envelope{.type = EnvelopeType::module,
                            .has_space = true,
                            .has_module = true,
                            .data = data.view(),
                            .space = its_space.view(),
                            .module = its_module.view()};
    std::string frame(size_of(envelope), '\0');
    write(envelope, std::as_writable_bytes(std::span(frame)));
    return frame;
  };
  ScriptedPeer peer(worker, node.address());
  peer.send_frame(frame_of(test_space, "Gossip"));
  pass();
  EXPECT_EQ(node.sync.connected_count(), 1u);
  peer.send_frame(frame_of("elsewhere", sync_module));
  pass();
  EXPECT_EQ(node.sync.connected_count(), 0u);
  EXPECT_TRUE(lines.contains("another space"));
}

TEST_F(SyncUnderAttack, SessionsThatAreNoneAreIgnored) {
  node.begin();
  ScriptedSyncPeer peer(worker, node);
  pass();
  peer.say(session_message(SyncKind::responder, 7, "whatever"));
  peer.say(end_message(7, SessionEnd::busy));
  pass();
  EXPECT_FALSE(peer.is_closed());
  EXPECT_TRUE(peer.hear().empty());
}

TEST_F(SyncUnderAttack, AMessageThatCrossesTheEndOfItsSessionBeginsNone) {
  node.put(timed_ops(0, 1000));
  node.begin();
  ScriptedSyncPeer peer(worker, node);
  pass();
  OpTree nothing;
  Reconciliation asks(nothing);
  Bytes const first = session_message(SyncKind::initiator, 9, asks.initiate(1));
  peer.say(first);
  pass();
  ASSERT_EQ(peer.hear().size(), 1u);
  pass(31 * seconds);  // it has waited long enough
  ASSERT_EQ(peer.hear().size(), 1u);
  peer.say(first);
  pass();
  EXPECT_TRUE(peer.hear().empty());
  EXPECT_EQ(node.counters().sessions_taken, 1u);
}

TEST_F(SyncUnderAttack, WhoBeginsSessionsAllTheTimeIsTurnedAway) {
  node.put(timed_ops(0, 10'000));
  node.begin();
  ScriptedSyncPeer peer(worker, node);
  pass();
  for (std::uint64_t n = 1; n <= 1000; ++n) {
    OpTree nothing;
    Reconciliation asks(nothing);
    peer.say(session_message(SyncKind::initiator, n, asks.initiate(n)));
    if (n % 50 == 0) pass(1 * milliseconds);
  }
  pass();
  EXPECT_EQ(node.counters().sessions_taken, 1u);
  EXPECT_LT(node.counters().bytes_sent, 400'000u);
  expect_service();
}

TEST_F(SyncUnderAttack, ASessionThatComesToNoEndIsRefused) {
  node.put(timed_ops(0, 1000));
  node.begin();
  ScriptedSyncPeer peer(worker, node);
  pass();
  OpTree nothing;
  Reconciliation asks(nothing);
  // The same again and again.
  Bytes const first = session_message(SyncKind::initiator, 9, asks.initiate(1));
  for (int n = 0; n < 20'000 && !peer.is_closed(); ++n) {
    peer.say(first);
    if (n % 20 == 0) pass(1 * milliseconds);
  }
  EXPECT_TRUE(peer.is_closed());
  EXPECT_TRUE(lines.contains("does not come to its end"));
  expect_service();
}

TEST_F(SyncUnderAttack, WhoPublishesLiesFillsItsOwnShareAlone) {
  SyncOptions options;
  options.policy.pending_per_peer_max = 1000;
  SyncNode target(worker, options);
  target.begin();
  ScriptedSyncPeer liar(worker, target);
  pass();
  for (std::uint64_t n = 0; n < 300; ++n) {
    liar.publish(timed_ops(1'000'000 + 1000 * n, 1000));
    pass(100 * milliseconds);
    liar.respond({}, liar.requested());  // it has none of them
  }
  EXPECT_LE(target.fetch.pending_count(), 2000u);
  EXPECT_GT(target.counters().left_out, 200'000u);
  SyncNode good(worker);
  good.put(timed_ops(0, 3000));
  good.begin();
  good.keep(target);
  pass(1 * seconds);
  EXPECT_EQ(target.op_count(), 3000u);
}

TEST_F(SyncUnderAttack, NoMoreIsLearntInASecondThanThePolicyAllows) {
  SyncOptions options;
  options.policy.learnt_per_second_max = 500;
  SyncNode target(worker, options);
  target.begin();
  ScriptedSyncPeer peer(worker, target);
  pass();
  for (std::uint64_t n = 0; n < 100; ++n) {
    peer.publish(timed_ops(1000 * n, 100));
    pass(100 * milliseconds);
  }
  EXPECT_GE(target.counters().learnt, 4000u);
  EXPECT_LE(target.counters().learnt, 6000u);
}

TEST_F(SyncUnderAttack, AnOpPublishedWithAnotherTimeIsNotFetchedAgain) {
  std::vector<Op> ops = timed_ops(0, 10);
  node.put(ops);
  node.begin();
  ScriptedSyncPeer peer(worker, node);
  pass();
  for (Op& op : ops) op.created_at += 1;
  peer.publish(ops);
  pass();
  EXPECT_TRUE(peer.requested().empty());
  EXPECT_EQ(node.fetch.pending_count(), 0u);
}

TEST_F(SyncUnderAttack, WhatIsHeldAlreadyIsNotLearnt) {
  node.put(timed_ops(0, 100));
  node.begin();
  ScriptedSyncPeer peer(worker, node);
  pass();
  peer.publish(timed_ops(0, 103));
  pass();
  EXPECT_EQ(node.counters().learnt, 3u);
  EXPECT_EQ(peer.requested(), ids_of(timed_ops(100, 3)));
}

TEST_F(SyncUnderAttack, WhoGoesOnBeforeItIsAnsweredIsRefused) {
  SyncOptions options;
  options.policy.pending_per_peer_max = 10;
  SyncNode target(worker, options, &lines.log);
  target.begin();
  ScriptedSyncPeer peer(worker, target);
  pass();
  OpTree many;
  for (TimedId const& op : timed_ids_of(timed_ops(0, 1000))) many.insert(op);
  Reconciliation asks(many, {.message_bytes_max = 4096});
  std::string said = asks.initiate(1);
  std::vector<TimedId> needed;
  for (int n = 0; n < 10; ++n) {
    peer.say(session_message(SyncKind::initiator, 3, said));
    pass();
    std::vector<ScriptedSyncPeer::Heard> const heard = peer.hear();
    if (heard.empty()) break;  // it waits for room
    said = asks.receive(heard[0].message.reconciliation.span(), needed).value();
  }
  EXPECT_FALSE(peer.is_closed());
  peer.say(session_message(SyncKind::initiator, 3, said));
  pass();
  EXPECT_TRUE(peer.is_closed());
  EXPECT_TRUE(lines.contains("before it is answered"));
}

TEST_F(SyncUnderAttack, WhoeverComesNextIsNotTakenForWhoHasGone) {
  node.put(timed_ops(0, 100));
  node.begin();
  for (int n = 0; n < 2; ++n) {  // both have the same number here
    ScriptedSyncPeer peer(worker, node);
    pass();
    OpTree nothing;
    Reconciliation asks(nothing);
    peer.say(session_message(SyncKind::initiator, 5, asks.initiate(1)));
    pass();
    ASSERT_EQ(peer.hear().size(), 1u);
    peer.say(end_message(5, SessionEnd::enough));
    pass();
    peer.socket().close();
    pass();
  }
  EXPECT_EQ(node.links.peer_count(), 0u);
  EXPECT_EQ(node.counters().sessions_taken, 2u);
}

TEST_F(SyncUnderAttack, PeersThatComeAndGoLeaveNothing) {
  node.put(timed_ops(0, 100));
  node.begin();
  OpTree nothing;
  for (std::uint64_t n = 0; n < 300; ++n) {
    ScriptedSyncPeer peer(worker, node);
    Reconciliation asks(nothing);
    peer.say(session_message(SyncKind::initiator, n + 1, asks.initiate(n)));
    peer.publish(timed_ops(1000 + n, 1));
    pass(1 * milliseconds);
    if (n % 2 == 0) peer.socket().reset();
    else peer.socket().close();
    pass(1 * milliseconds);
  }
  EXPECT_EQ(node.sync.connected_count(), 0u);
  EXPECT_EQ(node.fetch.pending_count(), 0u);
  EXPECT_LE(node.links.peer_count(), 2u);
  SyncCounters const& counters = node.counters();
  EXPECT_EQ(counters.sessions_taken,
            counters.sessions_done + counters.sessions_cut + counters.sessions_lost);
  expect_service();
}

// Whatever bytes come, in whatever order: the node stays.
TEST_F(SyncUnderAttack, RandomMessagesHarmNobody) {
  std::uint64_t const seed = seed_of_tests();
  SCOPED_TRACE(seed);
  Random random(seed);
  node.put(timed_ops(0, 500));
  node.begin();
  for (int n = 0; n < 200; ++n) {
    ScriptedSyncPeer peer(worker, node);
    pass(1 * milliseconds);
    OpTree held;
    for (Op const& op : timed_ops(random.below(800), random.below(100)))
      held.insert({op.created_at, op.id});
    Reconciliation asks(held);
    std::string reconciliation = asks.initiate(random.next());
    for (std::uint64_t turn = random.below(6); turn > 0 && !peer.is_closed(); --turn) {
      std::string said =
          bytes_of(session_message(random.once_in(4) ? SyncKind::responder : SyncKind::initiator,
                                   random.once_in(8) ? random.next() : 1, reconciliation));
      if (random.once_in(3)) said = bytes_of(publish_message(timed_ids_of(timed_ops(0, 5))));
      if (random.once_in(2)) said[random.below(said.size())] = static_cast<char>(random.next());
      if (random.once_in(5)) said.resize(random.below(said.size() + 1));
      peer.say(said);
      pass(1 * milliseconds);
      std::vector<TimedId> needed;
      for (ScriptedSyncPeer::Heard const& heard : peer.hear()) {
        if (heard.message.kind != SyncKind::responder || asks.done()) continue;
        auto answer = asks.receive(heard.message.reconciliation.span(), needed);
        if (answer.ok() && !answer->empty()) reconciliation = *answer;
      }
    }
    peer.socket().reset();
  }
  pass(1 * seconds);
  expect_service();
}

}  // namespace
}  // namespace weir

// Whom a node dials, and when.
#include "weir/p2p/sync_links.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace weir {
namespace {

class KeptLinks : public testing::Test {
 protected:
  LinkKeeper keeper{LinkPolicy{.links_max = 3, .dials_max = 4}, 7};
  Instant now = 1000 * seconds;

  std::vector<PeerNumber> dials() {
    std::vector<PeerNumber> taken;
    take_dials(keeper, now, taken);
    return taken;
  }
  void note(PeerNumber peer, LinkChange change) { note_kept_link(keeper, peer, change, now); }
};

TEST_F(KeptLinks, AreDialledAtOnce) {
  keep_link(keeper, 5, KeepLink::always, false, now);
  EXPECT_EQ(keeper.due, now);
  EXPECT_EQ(dials(), std::vector<PeerNumber>{5});
  EXPECT_TRUE(dials().empty());
  note(5, LinkChange::opened);
  EXPECT_EQ(keeper.due, never);
}

TEST_F(KeptLinks, OfWhichNothingIsHeardHaveFailed) {
  keep_link(keeper, 5, KeepLink::always, false, now);
  dials();
  EXPECT_EQ(keeper.due, now + keeper.policy.dial_time_max);
  now = keeper.due;
  EXPECT_TRUE(dials().empty());
  EXPECT_EQ(keeper.dialling, 0u);
  EXPECT_EQ(keeper.links[5].failures, 1u);
  now += keeper.policy.back_off_first;
  EXPECT_EQ(dials().size(), 1u);
}

TEST_F(KeptLinks, AreNotDialledIfTheyAreConnectedWhoeverDidIt) {
  keep_link(keeper, 5, KeepLink::always, true, now);
  keep_link(keeper, 6, KeepLink::always, false, now);
  note(6, LinkChange::opened);
  EXPECT_TRUE(dials().empty());
  EXPECT_EQ(keeper.due, never);
}

TEST_F(KeptLinks, WaitLongerWithEachFailureAndAtMostAMinute) {
  keep_link(keeper, 5, KeepLink::always, false, now);
  std::vector<Duration> longest(12);
  for (int round = 0; round < 200; ++round) {
    keeper.links[5].failures = 0;
    for (Duration& wait : longest) {
      ASSERT_EQ(dials().size(), 1u);
      note(5, LinkChange::failed);
      ASSERT_GE(keeper.due, now);
      wait = std::max(wait, keeper.due - now);
      now = keeper.due;
    }
  }
  for (std::size_t n = 0; n < longest.size(); ++n) {
    Duration const bound = std::min<Duration>(seconds << n, 60 * seconds);
    EXPECT_LE(longest[n], bound);
    EXPECT_GT(longest[n], bound * 9 / 10);
  }
}

TEST_F(KeptLinks, AConnectionThatDoesNotStayIsAFailure) {
  keep_link(keeper, 5, KeepLink::always, false, now);
  for (std::uint32_t n = 1; n < 6; ++n) {
    dials();
    note(5, LinkChange::opened);
    now += 1 * seconds;
    note(5, LinkChange::ended);
    EXPECT_EQ(keeper.links[5].failures, n);
    now = std::max(now, keeper.due);
  }
  dials();
  note(5, LinkChange::opened);
  now += 100 * seconds;
  note(5, LinkChange::ended);
  EXPECT_EQ(keeper.links[5].failures, 1u);
}

TEST_F(KeptLinks, AreSoManyAtATimeButForThoseThatWereNamed) {
  for (PeerNumber peer = 0; peer < 10; ++peer)
    keep_link(keeper, peer, KeepLink::while_there_is_room, false, now);
  EXPECT_EQ(dials().size(), 3u);
  EXPECT_EQ(keeper.others, 3u);
  keep_link(keeper, 20, KeepLink::always, false, now);
  keep_link(keeper, 21, KeepLink::always, false, now);
  EXPECT_EQ(dials(), std::vector<PeerNumber>{20});  // four at the same time
  note(20, LinkChange::opened);
  EXPECT_EQ(dials(), std::vector<PeerNumber>{21});
  note(21, LinkChange::failed);
  note(1, LinkChange::opened);
  EXPECT_TRUE(dials().empty() || keeper.links[21].state == KeptLink::State::dialling);
  note(0, LinkChange::failed);  // its place is somebody else's
  now += 1 * seconds;
  std::vector<PeerNumber> const next = dials();
  EXPECT_EQ(std::count_if(next.begin(), next.end(), [](PeerNumber peer) { return peer < 20; }), 1);
}

TEST_F(KeptLinks, ThatAreDroppedAreNotDialled) {
  keep_link(keeper, 5, KeepLink::always, false, now);
  drop_link(keeper, 5);
  EXPECT_TRUE(dials().empty());
  EXPECT_EQ(keeper.due, never);
  keep_link(keeper, 6, KeepLink::while_there_is_room, false, now);
  EXPECT_EQ(dials().size(), 1u);
  drop_link(keeper, 6);
  EXPECT_EQ(keeper.dialling, 0u);
  EXPECT_EQ(keeper.others, 0u);
  note(6, LinkChange::opened);  // nobody's business any more
  EXPECT_EQ(keeper.others, 0u);
}

TEST_F(KeptLinks, WhoIsNamedLaterIsKeptAlways) {
  keep_link(keeper, 5, KeepLink::while_there_is_room, false, now);
  dials();
  EXPECT_EQ(keeper.others, 1u);
  keep_link(keeper, 5, KeepLink::always, false, now);
  EXPECT_EQ(keeper.others, 0u);
  EXPECT_EQ(keeper.dialling, 1u);
  keep_link(keeper, 5, KeepLink::while_there_is_room, false, now);
  EXPECT_EQ(keeper.links[5].keep, KeepLink::always);
}

TEST_F(KeptLinks, OfOneWhoIsSomebodyKnownAreThatOnes) {
  keep_link(keeper, 5, KeepLink::always, false, now);
  keep_link(keeper, 6, KeepLink::while_there_is_room, false, now);
  keep_link(keeper, 7, KeepLink::while_there_is_room, true, now);
  dials();
  move_link(keeper, 5, 9);  // to one that was not kept
  note(9, LinkChange::opened);
  EXPECT_EQ(keeper.links[9].keep, KeepLink::always);
  move_link(keeper, 6, 7);  // to one that was, and is connected
  EXPECT_EQ(keeper.links[7].state, KeptLink::State::up);
  move_link(keeper, 9, 7);
  EXPECT_EQ(keeper.links[7].keep, KeepLink::always);
  EXPECT_EQ(keeper.links.size(), 1u);
  EXPECT_EQ(keeper.dialling, 0u);
  EXPECT_EQ(keeper.others, 0u);
  EXPECT_EQ(keeper.due, never);
}

TEST_F(KeptLinks, AreBounded) {
  LinkKeeper small(LinkPolicy{.peers_max = 2}, 1);
  EXPECT_TRUE(keep_link(small, 1, KeepLink::always, false, now));
  EXPECT_TRUE(keep_link(small, 2, KeepLink::always, false, now));
  EXPECT_FALSE(keep_link(small, 3, KeepLink::always, false, now));
  drop_link(small, 1);
  EXPECT_TRUE(keep_link(small, 3, KeepLink::always, false, now));
}

}  // namespace
}  // namespace weir

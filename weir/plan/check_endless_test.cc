#include "weir/plan/check_endless.h"

#include "gtest/gtest.h"
#include "weir/plan/test_plan.h"

namespace weir {
namespace {

TEST(CheckEndless, WhatReplaysDoesNotFeedAnExchange) {
  TestPlan const plan(
      {"j = replaying_join >> exchange >> for_each", "source >> j[0]", "source >> j[1]"});
  EXPECT_EQ(plan.diagnostic.check, Check::endless);
  EXPECT_EQ(plan.diagnostic.node, "replaying_join");
  EXPECT_EQ(plan.diagnostic.other, "exchange");
}

TEST(CheckEndless, NorPastWhatGivesAllOn) {
  TestPlan const plan({"held = source >> fold >> map", "held >> all", "source >> all",
                       "all = union >> tee", "all >> null", "all >> inspect >> sent",
                       "sent = exchange >> for_each"});
  EXPECT_EQ(plan.diagnostic.check, Check::endless);
  EXPECT_EQ(plan.diagnostic.node, "fold");
  EXPECT_EQ(plan.diagnostic.other, "sent");
}

TEST(CheckEndless, NorRoundACycle) {
  TestPlan const plan(
      {"u = union >> map >> tee", "u >> u", "source >> fold >> u", "u >> exchange >> for_each"});
  EXPECT_EQ(plan.diagnostic.check, Check::endless);
}

TEST(CheckEndless, PastWhatMayDropItemsItDoes) {
  EXPECT_TRUE(TestPlan({"source >> fold >> unique >> exchange >> for_each"}).diagnostic.ok());
  EXPECT_TRUE(TestPlan({"source >> exchange >> fold >> for_each"}).diagnostic.ok());
  EXPECT_TRUE(TestPlan({"source >> fold >> tee >> for_each", "source >> exchange >> for_each"})
                  .diagnostic.ok());
  TestPlan const plan({"j = join >> exchange >> for_each", "source >> j[0]", "source >> j[1]"});
  EXPECT_TRUE(plan.diagnostic.ok());
}

TEST(CheckEndless, AFoldMayBeDeferred) {
  EXPECT_TRUE(TestPlan({"source >> fold >> defer_tick >> for_each"}).diagnostic.ok());
}

}  // namespace
}  // namespace weir

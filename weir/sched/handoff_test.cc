#include "weir/sched/handoff.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "weir/base/random.h"

namespace weir {
namespace {

constexpr std::int64_t everything = std::int64_t{1} << 62;

template <class T>
std::vector<T> take(Handoff<T>& handoff, std::int64_t budget = everything) {
  std::vector<T> taken;
  handoff.drain([&](T&& item) { taken.push_back(std::move(item)); }, budget);
  return taken;
}

TEST(Handoff, GivesWhatItWasGivenInOrderHoweverMuch) {
  Handoff<int> handoff("numbers");
  EXPECT_TRUE(handoff.empty());
  std::vector<int> given;
  for (int i = 0; i < 10'000; ++i) {
    handoff.push(i);
    given.push_back(i);
  }
  EXPECT_EQ(handoff.length(), 10'000u);
  EXPECT_EQ(take(handoff), given);
  EXPECT_TRUE(handoff.empty());
  EXPECT_TRUE(take(handoff).empty());
}

TEST(Handoff, ABudgetIsTakenOffAndWhatIsLeftComesNext) {
  Handoff<int> handoff;
  for (int i = 0; i < 10; ++i) handoff.push(i);
  std::vector<int> taken;
  auto const push = [&](int item) { taken.push_back(item); };
  std::int64_t budget = 4;
  EXPECT_FALSE(handoff.drain(push, budget));
  EXPECT_EQ(budget, 0);
  EXPECT_FALSE(handoff.drain(push, budget));  // with nothing to spend nothing moves
  EXPECT_EQ(taken.size(), 4u);
  EXPECT_EQ(handoff.length(), 6u);
  handoff.push(10);  // behind what is left
  budget = 6;
  EXPECT_TRUE(handoff.drain(push, budget));  // the end of what it had when it began
  EXPECT_EQ(budget, 0);
  budget = 7;
  EXPECT_TRUE(handoff.drain(push, budget));
  EXPECT_EQ(budget, 6);
  EXPECT_EQ(taken, (std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

TEST(Handoff, WhatIsWrittenWhileItIsReadWaits) {
  Handoff<int> handoff;
  handoff.push(1);
  handoff.push(2);
  std::vector<int> taken;
  auto const feed_back = [&](int item) {
    taken.push_back(item);
    for (int i = 0; i < 100; ++i) handoff.push(item * 100 + i);  // grows under the reader's feet
  };
  std::int64_t budget = everything;
  EXPECT_TRUE(handoff.drain(feed_back, budget));
  EXPECT_EQ(taken, (std::vector{1, 2}));
  EXPECT_TRUE(handoff.has_input());
  EXPECT_EQ(handoff.length(), 200u);
}

TEST(Handoff, ItemsMayBeMoveOnly) {
  Handoff<std::unique_ptr<std::string>> handoff;
  for (int i = 0; i < 200; ++i) handoff.push(std::make_unique<std::string>(std::to_string(i)));
  auto const taken = take(handoff, 150);
  ASSERT_EQ(taken.size(), 150u);
  for (int i = 0; i < 150; ++i) EXPECT_EQ(*taken[static_cast<std::size_t>(i)], std::to_string(i));
  handoff.push(std::make_unique<std::string>("more"));
  // 50 read but not taken and one written die with the handoff: AddressSanitizer looks.
}

TEST(Handoff, WhatThrewIsGoneAndTheRestIsStillThere) {
  Handoff<std::unique_ptr<int>> handoff;
  for (int i = 0; i < 5; ++i) handoff.push(std::make_unique<int>(i));
  std::vector<int> seen;
  auto const throws_at_two = [&](std::unique_ptr<int>&& item) {
    ASSERT_NE(item, nullptr);  // nobody sees an item that was moved out before
    auto const mine = std::move(item);
    seen.push_back(*mine);
    if (*mine == 2) throw std::runtime_error("no");
  };
  std::int64_t budget = 100;
  EXPECT_THROW(handoff.drain(throws_at_two, budget), std::runtime_error);
  EXPECT_EQ(budget, 97);
  EXPECT_EQ(handoff.length(), 2u);
  EXPECT_TRUE(handoff.drain(throws_at_two, budget));
  EXPECT_EQ(seen, (std::vector{0, 1, 2, 3, 4}));
  // Also where it is the last one that throws.
  handoff.push(std::make_unique<int>(2));
  EXPECT_THROW(handoff.drain(throws_at_two, budget), std::runtime_error);
  EXPECT_TRUE(handoff.empty());
  handoff.push(std::make_unique<int>(7));
  EXPECT_TRUE(handoff.drain(throws_at_two, budget));
  EXPECT_EQ(seen.back(), 7);
}

TEST(Handoff, ReservingIsNoPromiseAndNoLimit) {
  Handoff<std::string> handoff;
  handoff.reserve(1000);
  for (int i = 0; i < 1500; ++i) handoff.push(std::to_string(i));
  handoff.reserve(1);
  handoff.reserve(5000);
  auto const taken = take(handoff);
  ASSERT_EQ(taken.size(), 1500u);
  EXPECT_EQ(taken.front(), "0");
  EXPECT_EQ(taken.back(), "1499");
}

TEST(Handoff, AgreesWithAQueueWhateverTheOrderOfGivingAndTaking) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Handoff<std::string> handoff;
    int next_in = 0;
    int next_out = 0;
    for (int step = 0; step < 500; ++step) {
      if (random.once_in(2)) {
        for (std::uint64_t n = random.below(100); n > 0; --n) {
          handoff.push(std::to_string(next_in++));
        }
      } else {
        auto budget = static_cast<std::int64_t>(random.below(120));
        auto const before = budget;
        int count = 0;
        handoff.drain(
            [&](std::string&& item) {
              ASSERT_EQ(item, std::to_string(next_out++));
              ++count;
            },
            budget);
        ASSERT_EQ(before - budget, count);
      }
      ASSERT_EQ(handoff.length(), static_cast<std::size_t>(next_in - next_out));
    }
  }
}

TEST(Handoff, CountersAreExact) {
  Handoff<std::array<std::byte, 24>> handoff;
  EXPECT_EQ(handoff.counters().items, 0u);
  for (int i = 0; i < 10; ++i) handoff.push(std::array<std::byte, 24>{});
  EXPECT_EQ(handoff.counters().items, 10u);
  EXPECT_EQ(handoff.counters().depth, 10u);
  EXPECT_EQ(handoff.counters().high_water, 10u);
  take(handoff, 4);
  handoff.push(std::array<std::byte, 24>{});
  EXPECT_EQ(handoff.counters().items, 11u);
  EXPECT_EQ(handoff.counters().depth, 7u);
}

TEST(Handoff, AMarkSaysOnlyThatSomethingCame) {
  Mark mark;
  EXPECT_FALSE(mark.has_input());
  EXPECT_FALSE(mark.take());
  mark.set();
  mark.set();
  EXPECT_TRUE(mark.has_input());
  EXPECT_TRUE(mark.take());
  EXPECT_FALSE(mark.take());
}

}  // namespace
}  // namespace weir

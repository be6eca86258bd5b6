// Mailboxes and agreements by themselves: on one thread, and between several.
#include "weir/worker/mailbox.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "weir/base/random.h"
#include "weir/worker/agreement.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

std::vector<int> take_all(Mailbox<int>& box) {
  std::vector<int> taken;
  box.take(box.length(), [&](int&& item) { taken.push_back(item); });
  return taken;
}

class MailboxOf : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Capacity, MailboxOf, testing::Values(1, 3, 4, 1000));

TEST_P(MailboxOf, holds_as_many_items_as_it_was_made_for) {
  Mailbox<int> box(GetParam());
  for (int round = 0; round < 5; ++round) {
    int count = 0;
    for (; box.has_room(); ++count) box.write(count);
    EXPECT_EQ(static_cast<std::uint32_t>(count), GetParam());
    EXPECT_EQ(box.length(), 0u) << "nothing was shown yet";
    EXPECT_TRUE(box.publish());
    EXPECT_FALSE(box.publish()) << "nothing new";
    EXPECT_FALSE(box.is_taken());
    std::vector<int> const taken = take_all(box);
    ASSERT_EQ(taken.size(), GetParam());
    for (int i = 0; i < count; ++i) EXPECT_EQ(taken[static_cast<std::size_t>(i)], i);
    EXPECT_TRUE(box.is_taken());
  }
}

TEST_P(MailboxOf, is_open_for_as_many_items_as_it_was_told_and_has_room_for) {
  Mailbox<int> box(GetParam());
  EXPECT_FALSE(box.is_open());
  std::uint64_t written = 0;
  for (int round = 0; round < 5; ++round) {
    while (box.open(3)) {  // ends: it gets full
      std::uint64_t const before = written;
      for (; box.is_open(); ++written) box.write(0);
      EXPECT_GT(written, before);
      EXPECT_LE(written, before + 3);
    }
    EXPECT_FALSE(box.is_open());
    EXPECT_EQ(written, (static_cast<std::uint64_t>(round) + 1) * GetParam());
    EXPECT_EQ(box.written_count(), written);
    box.show();
    EXPECT_EQ(take_all(box).size(), GetParam());
  }
  ASSERT_TRUE(box.open(1));
  box.shut();
  EXPECT_FALSE(box.is_open());
}

TEST(Mailbox, each_side_says_once_what_it_has_done_since_the_last_time) {
  Mailbox<int> box(8);
  box.write(1);
  box.show();
  EXPECT_EQ(box.length(), 1u) << "whoever looks sees it";
  EXPECT_TRUE(box.publish()) << "but who sleeps has not been looked for";
  EXPECT_FALSE(box.publish());
  EXPECT_FALSE(box.tell_taken());
  box.take(1, [](int&&) {});
  EXPECT_TRUE(box.is_taken()) << "whoever looks sees it";
  EXPECT_TRUE(box.tell_taken());
  EXPECT_FALSE(box.tell_taken());
}

TEST(Mailbox, item_that_throws_is_taken_and_the_others_are_still_there) {
  Mailbox<std::unique_ptr<int>> box(8);
  for (int i = 0; i < 3; ++i) box.write(std::make_unique<int>(i));
  box.publish();
  auto const refuse_the_second = [](std::unique_ptr<int>&& item) {
    if (*item == 1) throw std::runtime_error("no");
  };
  EXPECT_THROW(box.take(3, refuse_the_second), std::runtime_error);
  EXPECT_EQ(box.length(), 1u);
  box.take(1, [](std::unique_ptr<int>&& item) { EXPECT_EQ(*item, 2); });
}

TEST(Mailbox, what_is_left_dies_with_it) {
  int alive = 0;
  struct Leave {
    void operator()(int* count) const { --*count; }
  };
  using Counted = std::unique_ptr<int, Leave>;
  auto const one = [&alive] {
    ++alive;
    return Counted(&alive);
  };
  {
    Mailbox<Counted> box(4);
    box.write(one());
    box.write(one());
    box.publish();
    box.write(one());
    box.take(1, [](Counted&&) {});
    EXPECT_EQ(alive, 2) << "the one that was taken is gone, too";
  }
  EXPECT_EQ(alive, 0);
}

TEST(Mailbox, sender_is_awaited_once) {
  Mailbox<int> box(1);
  EXPECT_FALSE(box.was_awaited());
  box.await();
  EXPECT_TRUE(box.was_awaited());
  EXPECT_FALSE(box.was_awaited());
}

TEST_P(MailboxOf, another_thread_gets_everything_in_order) {
  constexpr std::uint64_t count = 50'000;
  Mailbox<std::unique_ptr<std::uint64_t>> box(GetParam());
  std::thread sender([&] {
    Random random(GetParam());
    for (std::uint64_t item = 0; item < count;) {  // the receiver never stops
      while (item < count && box.has_room()) {
        box.write(std::make_unique<std::uint64_t>(item++));
        if (random.once_in(5)) break;
      }
      if (!box.publish()) std::this_thread::yield();
    }
    while (!box.is_taken()) std::this_thread::yield();
  });
  std::uint64_t next = 0;
  while (next < count) {
    std::uint64_t const length = box.length();
    if (length == 0) std::this_thread::yield();
    box.take(length, [&](std::unique_ptr<std::uint64_t>&& item) { EXPECT_EQ(*item, next++); });
  }
  sender.join();
}

TEST(Agreement, is_reached_when_all_have_joined_and_none_has_left) {
  Agreement agreement(3);
  EXPECT_FALSE(agreement.join());
  EXPECT_FALSE(agreement.join());
  agreement.leave();
  EXPECT_FALSE(agreement.join());
  EXPECT_FALSE(agreement.reached());
  EXPECT_TRUE(agreement.join());
  EXPECT_TRUE(agreement.reached());
  agreement.leave();
  EXPECT_TRUE(agreement.reached()) << "once and for all";
  EXPECT_FALSE(agreement.join()) << "one makes it complete";
}

// A few tokens go round until their lives are used up; who has none is at rest. The agreement must
// not come while one is under way.
TEST(Agreement, does_not_come_while_something_is_under_way) {
  constexpr std::uint32_t count = 3;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Agreement agreement(count);
    std::vector<std::unique_ptr<Mailbox<int>>> boxes;  // into each
    for (std::uint32_t i = 0; i < count; ++i) boxes.push_back(std::make_unique<Mailbox<int>>(8));
    std::atomic<int> lives = 40;
    auto const run = [&](std::uint32_t index) {
      Mailbox<int>& in = *boxes[index];
      Mailbox<int>& out = *boxes[(index + 1) % count];
      bool joined = false;
      int token = index < 2 ? 20 : 0;
      while (!agreement.reached()) {
        if (token > 0) {
          lives.fetch_sub(1);
          out.write(token - 1);
          out.publish();
          token = 0;
        } else if (in.length() > 0) {
          if (joined) agreement.leave();
          joined = false;
          in.take(1, [&](int&& came) { token = came; });
        } else if (!joined && out.is_taken()) {
          joined = true;
          agreement.join();
        } else {
          std::this_thread::yield();
        }
      }
    };
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < count; ++i) threads.emplace_back(run, i);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(lives.load(), 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace weir

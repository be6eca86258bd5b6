#include "weir/base/queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

#include "weir/base/random.h"

namespace weir {
namespace {

TEST(Queue, AgreesWithADeque) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Queue<std::unique_ptr<std::uint64_t>> queue;
    std::deque<std::uint64_t> oracle;
    for (int round = 0; round < 300; ++round) {
      for (std::uint64_t n = random.below(random.once_in(20) ? 500 : 12); n > 0; --n) {
        std::uint64_t const item = random.below(1'000'000);
        queue.push(std::make_unique<std::uint64_t>(item));
        oracle.push_back(item);
      }
      for (std::uint64_t n = random.below(14); n > 0 && !oracle.empty(); --n) {
        ASSERT_EQ(*queue.pop(), oracle.front());
        oracle.pop_front();
      }
      if (random.once_in(50)) {
        queue.clear();
        oracle.clear();
      }
      ASSERT_EQ(queue.size(), oracle.size());
      ASSERT_EQ(queue.empty(), oracle.empty());
    }
  }
}

struct Live {
  static inline int count = 0;
  Live() { ++count; }
  Live(Live&&) noexcept { ++count; }
  ~Live() { --count; }
};

TEST(Queue, DestroysWhatIsLeftAndMoves) {
  {
    Queue<Live> queue;
    for (int i = 0; i < 40; ++i) queue.push(Live());
    queue.pop();
    queue.push(Live());
    EXPECT_EQ(Live::count, 40);
    Queue<Live> other(std::move(queue));
    EXPECT_TRUE(queue.empty());
    queue.push(Live());
    EXPECT_EQ(other.size(), 40u);
    EXPECT_EQ(Live::count, 41);
  }
  EXPECT_EQ(Live::count, 0);
}

TEST(Queue, HoldsWhatCannotBeAssigned) {
  struct Fixed {
    int const value;
  };
  Queue<Fixed> queue;
  for (int i = 0; i < 100; ++i) queue.push(Fixed{i});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(queue.pop().value, i);
}

}  // namespace
}  // namespace weir

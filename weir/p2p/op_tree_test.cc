#include "weir/p2p/op_tree.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "weir/base/random.h"
#include "weir/store/conformance.h"

namespace weir {
namespace {

TimedId make_timed(Random& random, std::uint64_t times) {
  return {random.below(times), make_test_id(random.below(1u << 20))};
}

void expect_same(OpTree const& tree, std::set<TimedId> const& expected, Random& random) {
  ASSERT_EQ(tree.size(), expected.size());
  std::vector<TimedId> found;
  tree.for_each(0, tree.size(), [&](TimedId const& op) {
    found.push_back(op);
    return true;
  });
  std::vector<TimedId> const all(expected.begin(), expected.end());
  ASSERT_EQ(found, all);
  for (int n = 0; n < 50; ++n) {
    std::uint64_t to = random.below(all.size() + 1);
    std::uint64_t from = random.below(to + 1);
    RangeSummary const range = tree.summary(from, to);
    IdSum sum;
    for (std::uint64_t k = from; k < to; ++k) sum.add(IdSum::of(all[k].id));
    EXPECT_EQ(range.count, to - from);
    EXPECT_EQ(range.sum, sum);
    TimedId const bound = make_timed(random, 1000);
    auto const at = expected.lower_bound(bound);
    EXPECT_EQ(tree.rank(bound), static_cast<std::uint64_t>(std::distance(expected.begin(), at)));
    if (from < all.size()) {
      EXPECT_EQ(tree.at(from), all[from]);
    }
  }
}

TEST(OpTree, HoldsWhatASetHoldsWhateverComesAndGoes) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    OpTree tree;
    std::set<TimedId> expected;
    std::uint64_t const times = seed % 3 == 0 ? 3 : 1000;
    for (int phase = 0; phase < 6; ++phase) {
      bool const grows = phase % 2 == 0;
      for (int n = 0; n < 6000; ++n) {
        if (grows ? !random.once_in(5) : random.once_in(5)) {
          TimedId const op = make_timed(random, times);
          ASSERT_EQ(tree.insert(op), expected.insert(op).second);
        } else if (!expected.empty()) {
          auto const at = expected.lower_bound(make_timed(random, times));
          TimedId const op = at == expected.end() ? *expected.begin() : *at;
          ASSERT_EQ(tree.erase(op), expected.erase(op) > 0);
        }
      }
      expect_same(tree, expected, random);
    }
    while (!expected.empty()) {
      ASSERT_TRUE(tree.erase(*expected.begin()));
      expected.erase(expected.begin());
    }
    EXPECT_EQ(tree.size(), 0u);
    EXPECT_EQ(tree.memory(), 0u);
    EXPECT_FALSE(tree.erase(make_timed(random, times)));
    EXPECT_TRUE(tree.insert(make_timed(random, times)));
  }
}

TEST(OpTree, TakesLittleMoreThanItsOpsWhenTheyComeInOrder) {
  OpTree tree;
  for (std::uint64_t n = 0; n < 100'000; ++n) tree.insert({n, make_test_id(n)});
  EXPECT_LT(tree.memory(), 45u * 100'000);
}

TEST(IdSum, AddsAndSubtractsAsNumbersOfTwoHundredAndFiftySixBits) {
  OpId all;
  all.bytes.fill(std::byte{255});
  OpId one;
  one.bytes[0] = std::byte{1};
  IdSum sum = IdSum::of(all);
  sum.add(IdSum::of(one));
  EXPECT_EQ(sum, IdSum{});
  sum.subtract(IdSum::of(one));
  EXPECT_EQ(sum, IdSum::of(all));
  OpId middle;
  middle.bytes[8] = std::byte{1};
  IdSum difference = IdSum::of(middle);
  difference.subtract(IdSum::of(one));
  EXPECT_EQ(difference.words, (std::array<std::uint64_t, 4>{~std::uint64_t{0}, 0, 0, 0}));
}

}  // namespace
}  // namespace weir

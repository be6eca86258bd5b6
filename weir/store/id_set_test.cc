#include "weir/store/id_set.h"

#include <gtest/gtest.h>

#include <set>

#include "weir/base/random.h"
#include "weir/store/conformance.h"

namespace weir {
namespace {

TEST(IdSet, HoldsWhatASetHolds) {
  for (std::uint64_t const seed : {1u, 2u, 3u}) {
    SCOPED_TRACE(seed);
    Random random(seed);
    IdSet set(seed);
    std::set<OpId> expected;
    for (int n = 0; n < 20'000; ++n) {
      // It grows, and shrinks, and grows again.
      OpId const id = make_test_id(random.below(n / 5000 % 2 == 0 ? 3000 : 100));
      if (random.once_in(2)) {
        EXPECT_EQ(set.insert(id), expected.insert(id).second);
      } else {
        EXPECT_EQ(set.erase(id), expected.erase(id) > 0);
      }
      EXPECT_EQ(set.size(), expected.size());
      OpId const other = make_test_id(random.below(3000));
      EXPECT_EQ(set.contains(other), expected.contains(other));
    }
    std::set<OpId> found;
    set.for_each([&](OpId const& id) { EXPECT_TRUE(found.insert(id).second); });
    EXPECT_EQ(found, expected);
  }
}

TEST(IdSet, IsEmptyAfterClear) {
  IdSet set(1);
  EXPECT_FALSE(set.contains(OpId{}));
  EXPECT_FALSE(set.erase(OpId{}));
  set.clear();
  EXPECT_TRUE(set.insert(OpId{}));
  set.clear();
  EXPECT_EQ(set.size(), 0u);
  EXPECT_FALSE(set.contains(OpId{}));
  EXPECT_TRUE(set.insert(OpId{}));
}

}  // namespace
}  // namespace weir

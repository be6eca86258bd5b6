#include "weir/store/memory_store.h"

#include <gtest/gtest.h>

#include "weir/store/conformance.h"

namespace weir {
namespace {

class MemoryUnderTest final : public StoreUnderTest {
 public:
  OpStore& store() override { return store_; }
  bool reopen() override { return false; }

 private:
  MemoryStore store_{7};
};

constexpr auto name_of_case = [](auto const& info) { return std::string(info.param.name); };

class MemoryStoreConformance : public testing::TestWithParam<ConformanceCase> {};
INSTANTIATE_TEST_SUITE_P(Every, MemoryStoreConformance, testing::ValuesIn(conformance_cases()),
                         name_of_case);

TEST_P(MemoryStoreConformance, Holds) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    MemoryUnderTest mine;
    EXPECT_EQ(GetParam().run(mine, seed), "");
  }
}

TEST(MemoryStore, RefusesWhatItHasNoRoomForAndTakesWhatFits) {
  MemoryStore store(1, {.bytes_max = 250});
  std::vector<Op> ops;
  for (std::uint32_t const size : {100u, 200u, 150u, 1u, 0u}) {
    ops.push_back(make_test_op(ops.size(), size));
  }
  Committed committed;
  ASSERT_TRUE(store.process_incoming(ops, committed).ok());
  std::vector<Stored> const expected = {Stored::stored, Stored::refused, Stored::stored,
                                        Stored::refused, Stored::stored};
  EXPECT_EQ(committed.ops, expected);
  EXPECT_EQ(store.counts(), (OpCounts{3, 250, 0}));

  // Room comes back with what is discarded.
  OpId const gone = make_test_id(2);
  std::vector<Op> again;
  again.push_back(make_test_op(3, 1));
  ASSERT_TRUE(store.commit({.discard = {&gone, 1}, .ops = again}, committed).ok());
  EXPECT_EQ(committed.ops, std::vector<Stored>{Stored::stored});
  EXPECT_EQ(store.counts(), (OpCounts{3, 101, 0}));
}

TEST(MemoryStore, RefusesWantsBeyondItsLimit) {
  MemoryStore store(1, {.wants_max = 2});
  std::vector<OpId> const ids = {make_test_id(1), make_test_id(2), make_test_id(3)};
  Committed committed;
  ASSERT_TRUE(store.commit({.want = ids}, committed).ok());
  EXPECT_EQ(committed.wants_refused, 1u);
  EXPECT_TRUE(store.wants(ids[1]));
  EXPECT_FALSE(store.wants(ids[2]));
}

TEST(MemoryStore, TakesTheBytesOfWhatItStoresAndLeavesTheOthers) {
  MemoryStore store;
  Committed committed;
  std::vector<Op> ops;
  ops.push_back(make_test_op(1, 100));
  std::byte const* const bytes = ops[0].bytes.data();
  ASSERT_TRUE(store.process_incoming(ops, committed).ok());
  EXPECT_TRUE(ops[0].bytes.empty());
  std::vector<Op> again;
  again.push_back(make_test_op(1, 100));
  ASSERT_TRUE(store.process_incoming(again, committed).ok());
  EXPECT_EQ(again[0].bytes.size(), 100u);
  EXPECT_NE(again[0].bytes.data(), bytes);
}

}  // namespace
}  // namespace weir

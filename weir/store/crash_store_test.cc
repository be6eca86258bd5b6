#include "weir/store/crash_store.h"

#include <gtest/gtest.h>

#include "weir/store/conformance.h"

namespace weir {
namespace {

class CrashUnderTest final : public StoreUnderTest {
 public:
  OpStore& store() override { return store_; }
  bool reopen() override {
    store_.crash();
    store_.restart();
    return true;
  }

 private:
  CrashStore store_{{.seed = 3}};
};

constexpr auto name_of_case = [](auto const& info) { return std::string(info.param.name); };

class CrashStoreConformance : public testing::TestWithParam<ConformanceCase> {};
INSTANTIATE_TEST_SUITE_P(Every, CrashStoreConformance, testing::ValuesIn(conformance_cases()),
                         name_of_case);

TEST_P(CrashStoreConformance, Holds) {
  CrashUnderTest mine;
  EXPECT_EQ(GetParam().run(mine, 1), "");
}

std::vector<Op> make_batch(std::uint64_t number) {
  std::vector<Op> ops;
  for (std::uint64_t n = 0; n < 5; ++n) ops.push_back(make_test_op(5 * number + n, 10));
  return ops;
}

int count_held(CrashStore& store, std::uint64_t batch) {
  int held = 0;
  for (std::uint64_t n = 0; n < 5; ++n) {
    held += store.disk().holds(make_test_id(5 * batch + n)) ? 1 : 0;
  }
  return held;
}

TEST(CrashStore, KeepsWhatItHasAcknowledgedAndAllOrNothingOfTheRest) {
  CrashStore store({.seed = 11, .crash_once_in = 4, .fail_once_in = 5});
  int crashes = 0;
  int survived = 0;
  int failures = 0;
  for (std::uint64_t batch = 0; batch < 400; ++batch) {
    std::vector<Op> ops = make_batch(batch);
    Committed committed;
    bool const done = store.process_incoming(ops, committed).ok();
    int const held = count_held(store, batch);
    if (done) {
      EXPECT_EQ(held, 5);
    } else if (store.crashed()) {
      ++crashes;
      survived += held == 5 ? 1 : 0;
      EXPECT_TRUE(held == 0 || held == 5);
      EXPECT_FALSE(store.process_incoming(ops, committed).ok());
      EXPECT_EQ(ops[0].bytes.size(), 10u) << "a batch that has failed is still its owner's";
      std::vector<OpId> missing;
      EXPECT_FALSE(store.filter_missing({}, missing).ok());
      store.restart();
    } else {
      ++failures;
      EXPECT_EQ(held, 0);
    }
  }
  EXPECT_GT(crashes, 50);
  EXPECT_GT(survived, 10);
  EXPECT_GT(crashes - survived, 10);
  EXPECT_GT(failures, 30);
}

TEST(CrashStore, DoesTheSameForTheSameSeed) {
  CrashStore one({.seed = 5, .crash_once_in = 3});
  CrashStore other({.seed = 5, .crash_once_in = 3});
  for (std::uint64_t batch = 0; batch < 100; ++batch) {
    Committed committed;
    std::vector<Op> ops = make_batch(batch);
    std::vector<Op> same = make_batch(batch);
    EXPECT_EQ(one.process_incoming(ops, committed).ok(),
              other.process_incoming(same, committed).ok());
    one.restart();
    other.restart();
    EXPECT_EQ(one.counts(), other.counts());
  }
}

TEST(CrashStore, CrashesAndFailsOnCommand) {
  CrashStore store({.seed = 1});
  Committed committed;
  std::vector<Op> ops = make_batch(0);
  store.fail_next(2);
  EXPECT_EQ(store.process_incoming(ops, committed).error().code, ENOSPC);
  EXPECT_FALSE(store.process_incoming(ops, committed).ok());
  EXPECT_TRUE(store.process_incoming(ops, committed).ok());
  store.crash_next();
  ops = make_batch(1);
  EXPECT_FALSE(store.process_incoming(ops, committed).ok());
  EXPECT_TRUE(store.crashed());
}

}  // namespace
}  // namespace weir

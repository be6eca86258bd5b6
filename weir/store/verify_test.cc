#include "weir/store/verify.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "weir/store/conformance.h"
#include "weir/store/memory_store.h"

namespace weir {
namespace {

// Not a good hash, but one.
OpId first_bytes(std::span<std::byte const> bytes) {
  OpId id;
  std::copy_n(bytes.begin(), std::min(bytes.size(), op_id_bytes), id.bytes.begin());
  return id;
}

Op make_named(std::uint64_t number, std::uint32_t size) {
  Op op = make_test_op(number, size);
  op.id = first_bytes({op.bytes.data(), op.bytes.size()});
  return op;
}

struct Whole {
  std::vector<OpId> damaged;
  std::uint64_t ops = 0;
  std::uint64_t bytes = 0;
  int parts = 0;
};

Whole verify(OpStore& store, IdOfBytes id_of, VerifyLimits limits) {
  Whole whole;
  Verified part;
  Bookmark at = 0;
  do {
    Result<Bookmark> const next = verify_some(store, at, id_of, limits, part);
    EXPECT_TRUE(next.ok());
    at = next.value();
    whole.ops += part.ops;
    whole.bytes += part.bytes;
    whole.damaged.insert(whole.damaged.end(), part.damaged.begin(), part.damaged.end());
    ++whole.parts;
  } while (!part.at_end);
  return whole;
}

TEST(Verify, LooksAtEveryOpOnceAndFindsThoseWithOtherBytes) {
  MemoryStore store;
  std::vector<Op> ops;
  for (std::uint64_t n = 0; n < 100; ++n) ops.push_back(make_named(n, 64));
  std::vector<OpId> const wrong = {make_test_id(1000), make_test_id(1001)};
  ops[17].id = wrong[0];
  ops[99].id = wrong[1];
  Committed committed;
  ASSERT_TRUE(store.process_incoming(ops, committed).ok());
  for (VerifyLimits const limits :
       {VerifyLimits{}, VerifyLimits{.bytes_max = 1}, VerifyLimits{.ops_max = 7}}) {
    Whole const whole = verify(store, first_bytes, limits);
    EXPECT_EQ(whole.damaged, wrong);
    EXPECT_EQ(whole.ops, 100u);
    EXPECT_EQ(whole.bytes, 6400u);
  }
  EXPECT_EQ(verify(store, first_bytes, {.ops_max = 10}).parts, 11);
  EXPECT_TRUE(verify(store, nullptr, {}).damaged.empty());
}

TEST(Verify, OfAnEmptyStoreIsAtItsEnd) {
  MemoryStore store;
  EXPECT_EQ(verify(store, first_bytes, {}).parts, 1);
}

}  // namespace
}  // namespace weir

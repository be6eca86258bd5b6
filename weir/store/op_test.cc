#include "weir/store/op.h"

#include <gtest/gtest.h>

#include <set>

#include "weir/store/conformance.h"

namespace weir {
namespace {

TEST(OpId, IsWrittenAndReadAsHexadecimalDigits) {
  OpId id;
  for (std::size_t n = 0; n < op_id_bytes; ++n) id.bytes[n] = static_cast<std::byte>(n * 8 + 7);
  std::string const digits = id.hex();
  EXPECT_EQ(digits, "070f171f272f373f474f575f676f777f878f979fa7afb7bfc7cfd7dfe7eff7ff");
  EXPECT_EQ(OpId::of_hex(digits), id);
  EXPECT_EQ(OpId::of_hex("070F171F272F373F474F575F676F777F878F979FA7AFB7BFC7CFD7DFE7EFF7FF"), id);
}

TEST(OpId, OfAnythingButSixtyFourDigitsIsNone) {
  std::string const digits(64, 'a');
  EXPECT_TRUE(OpId::of_hex(digits));
  EXPECT_FALSE(OpId::of_hex(digits.substr(1)));
  EXPECT_FALSE(OpId::of_hex(digits + "a"));
  EXPECT_FALSE(OpId::of_hex(digits.substr(1) + "g"));
  EXPECT_FALSE(OpId::of_hex("-" + digits.substr(1)));
  EXPECT_FALSE(OpId::of_hex(""));
}

TEST(OpId, OfAnythingButThirtyTwoBytesIsNone) {
  std::array<std::byte, 33> bytes{};
  EXPECT_TRUE(OpId::of(std::span(bytes).first(32)));
  EXPECT_FALSE(OpId::of(std::span(bytes).first(31)));
  EXPECT_FALSE(OpId::of(bytes));
}

TEST(OpId, IsOrderedAsItsBytesAreRead) {
  OpId small, large;
  small.bytes[31] = std::byte{255};
  large.bytes[0] = std::byte{1};
  EXPECT_LT(small, large);
  small.bytes[0] = std::byte{127};
  large.bytes[0] = std::byte{128};
  EXPECT_LT(small, large);
}

TEST(OpId, HashesDependOnEveryByteAndOnTheSeed) {
  OpId const id = make_test_id(1);
  std::set<std::uint64_t> hashes = {id.hash(), id.hash(1)};
  for (std::size_t n = 0; n < op_id_bytes; ++n) {
    OpId other = id;
    other.bytes[n] ^= std::byte{1};
    hashes.insert(other.hash());
  }
  EXPECT_EQ(hashes.size(), 2 + op_id_bytes);
}

}  // namespace
}  // namespace weir

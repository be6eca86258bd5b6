#include "weir/base/hash.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "weir/base/bytes.h"
#include "weir/base/table.h"

namespace weir {
namespace {

TEST(Hash, EqualTextHasOneHashHoweverItIsHeld) {
  std::string const text = "the same";
  std::uint64_t const hash = hash_of(text);
  Bytes const bytes(text);
  EXPECT_EQ(hash_of(std::string_view(text)), hash);
  EXPECT_EQ(hash_of("the same"), hash);
  EXPECT_EQ(hash_of(text.c_str()), hash);
  EXPECT_EQ(hash_of(bytes), hash);
  EXPECT_EQ(hash_of(bytes.view()), hash);
  EXPECT_NE(hash_of(std::string("the other")), hash);
}

TEST(Hash, EqualNumbersHaveOneHashWhateverTheirWidth) {
  EXPECT_EQ(hash_of(std::uint8_t{7}), hash_of(std::uint64_t{7}));
  EXPECT_EQ(hash_of(-1), hash_of(std::int64_t{-1}));
  enum class Colour : std::uint16_t { red = 7 };
  EXPECT_EQ(hash_of(Colour::red), hash_of(7));
}

TEST(Hash, ThePartsAndTheirOrderMatter) {
  EXPECT_EQ(hash_of(std::pair{1, 2}), hash_of(std::tuple{1, 2}));
  EXPECT_NE(hash_of(std::pair{1, 2}), hash_of(std::pair{2, 1}));
  EXPECT_NE(hash_of(std::tuple{1, 2, 0}), hash_of(std::tuple{1, 2}));
  EXPECT_NE(hash_of(std::pair{std::string("a"), unit{}}), hash_of(std::string("a")));
  EXPECT_EQ(hash_of(std::optional(std::pair{1, 2})), hash_of(std::optional(std::pair{1, 2})));
  EXPECT_NE(hash_of(std::optional<int>()), hash_of(std::optional(0)));
  EXPECT_EQ(hash_of(0.0), hash_of(-0.0));  // they are equal
}

// What a table takes of a hash is 31 bits; patterns of keys must not fall together there.
template <class MakeKey>
std::size_t distinct_tags(std::size_t keys, MakeKey make_key) {
  std::unordered_set<std::uint32_t> tags;
  for (std::size_t n = 0; n < keys; ++n) tags.insert(TableIndex::tag_of(hash_of(make_key(n))));
  return tags.size();
}

TEST(Hash, PatternsOfKeysSpread) {
  constexpr std::size_t keys = 100'000;  // of 2^31 tags: two or three collisions are chance
  constexpr std::size_t enough = keys - 25;
  EXPECT_GE(distinct_tags(keys, [](std::size_t n) { return n; }), enough);
  EXPECT_GE(distinct_tags(keys, [](std::size_t n) { return n << 32; }), enough);
  EXPECT_GE(distinct_tags(keys, [](std::size_t n) { return n * 4096; }), enough);
  EXPECT_GE(distinct_tags(keys, [](std::size_t n) { return ~n; }), enough);
  EXPECT_GE(distinct_tags(keys, [](std::size_t n) { return std::pair{n / 300, n % 300}; }), enough);
  EXPECT_GE(distinct_tags(keys, [](std::size_t n) { return std::pair{n, n}; }), enough);
  EXPECT_GE(distinct_tags(keys, [](std::size_t n) { return std::pair{unit{}, n}; }), enough);
}

}  // namespace
}  // namespace weir

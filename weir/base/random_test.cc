#include "weir/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>

namespace weir {
namespace {

// xoshiro256** and splitmix64 as their authors print them (prng.di.unimi.it), to compare with.
struct Published {
  std::array<std::uint64_t, 4> s{};
  explicit Published(std::uint64_t x) {
    for (std::uint64_t& word : s) {
      std::uint64_t z = (x += 0x9e3779b97f4a7c15);
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }
  std::uint64_t next() {
    std::uint64_t const result = std::rotl(s[1] * 5, 7) * 9;
    std::uint64_t const t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = std::rotl(s[3], 45);
    return result;
  }
};

TEST(Random, IsThePublishedGenerator) {
  for (std::uint64_t const seed : {0ull, 1ull, 1234567ull, ~0ull}) {
    Random random(seed);
    Published published(seed);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(random.next(), published.next()) << seed;
  }
}

TEST(Random, StaysBelowItsBoundAndReachesEverythingUnderIt) {
  Random random(7);
  std::array<int, 10> seen{};
  for (int i = 0; i < 100'000; ++i) ++seen.at(random.below(10));
  for (int const count : seen) EXPECT_NEAR(count, 10'000, 500);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.below(1), 0u);
  int often = 0;
  for (int i = 0; i < 100'000; ++i) often += random.once_in(4) ? 1 : 0;
  EXPECT_NEAR(often, 25'000, 1000);
}

}  // namespace
}  // namespace weir

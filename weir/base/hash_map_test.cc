#include "weir/base/hash_map.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "weir/base/random.h"

namespace weir {
namespace {

// A bad hash: four places for everything.
struct Crowded {
  std::uint64_t number = 0;
  std::uint64_t hash() const { return (number % 4) << 62; }
  friend bool operator==(Crowded const&, Crowded const&) = default;
};

constexpr auto zero = [] { return 0; };

// Counts, removals and clearings against a std::map; the order in which the keys came.
template <class Key, class MakeKey>
void compare_with_map(std::uint64_t seed, std::uint64_t keys, MakeKey make_key) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  HashMap<Key, int> map;
  std::map<std::uint64_t, int> oracle;
  std::vector<std::uint64_t> order;
  for (int round = 0; round < 40; ++round) {
    std::uint64_t const range = 1 + random.below(random.once_in(3) ? keys : 40);
    for (std::uint64_t n = random.below(2 * range); n > 0; --n) {
      std::uint64_t const number = random.below(range);
      if (oracle[number]++ == 0) order.push_back(number);
      ASSERT_EQ(++map.find_or_insert(make_key(number), zero).second, oracle[number]);
      std::uint64_t const asked = random.below(range);
      int const* const found = map.find(make_key(asked));
      ASSERT_EQ(found != nullptr, oracle.contains(asked));
      if (found != nullptr) {
        ASSERT_EQ(*found, oracle[asked]);
      }
    }
    if (random.once_in(3)) {
      auto const rare = [](int count) { return count < 3; };
      map.erase_if([&](auto const& entry) { return rare(entry.second); });
      std::erase_if(order, [&](std::uint64_t number) { return rare(oracle[number]); });
      std::erase_if(oracle, [&](auto const& entry) { return rare(entry.second); });
    }
    ASSERT_EQ(map.size(), order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      ASSERT_EQ(map.entries()[i].first, make_key(order[i]));
    }
    if (random.once_in(4)) {
      if (random.once_in(2)) map.release();
      map.clear();
      oracle.clear();
      order.clear();
    }
  }
}

TEST(HashMap, AgreesWithAMap) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    compare_with_map<std::uint64_t>(seed, 5'000, [](std::uint64_t number) { return number; });
    compare_with_map<std::string>(seed, 2'000, [](std::uint64_t number) {
      return "a key that is long enough for the heap " + std::to_string(number);
    });
    compare_with_map<Crowded>(seed, 200, [](std::uint64_t number) { return Crowded{number}; });
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(HashMap, KeepsNothingOfAnEntryWhoseValueThrew) {
  HashMap<int, int> map;
  auto const fail = []() -> int { throw std::runtime_error("no value"); };
  for (int key = 0; key < 100; ++key) {
    EXPECT_THROW(map.find_or_insert(key, fail), std::runtime_error);
    EXPECT_EQ(map.find(key), nullptr);
    EXPECT_EQ(map.find_or_insert(key, [&] { return key + 1; }).second, key + 1);
  }
  EXPECT_EQ(map.size(), 100u);
  for (int key = 0; key < 100; ++key) EXPECT_EQ(*map.find(key), key + 1);
}

TEST(HashMap, GivesItsEntriesAway) {
  HashMap<std::string, std::unique_ptr<int>> map;
  for (int i = 0; i < 50; ++i) {
    map.find_or_insert("key " + std::to_string(i), [&] { return std::make_unique<int>(i); });
  }
  int next = 0;
  for (auto& entry : map.release()) {
    auto const taken = std::move(entry);
    EXPECT_EQ(taken.first, "key " + std::to_string(next));
    EXPECT_EQ(*taken.second, next++);
  }
  map.clear();
  EXPECT_EQ(map.find("key 7"), nullptr);
  EXPECT_EQ(*map.find_or_insert("key 7", [] { return std::make_unique<int>(7); }).second, 7);
  EXPECT_EQ(map.size(), 1u);
}

}  // namespace
}  // namespace weir

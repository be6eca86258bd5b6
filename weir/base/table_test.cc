#include "weir/base/table.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "weir/base/random.h"

namespace weir {
namespace {

// A key whose hash is counted: what clear() does shows in how many keys it has to hash.
struct Counted {
  std::uint64_t number = 0;
  static inline std::uint64_t hashes = 0;
  std::uint64_t hash() const {
    ++hashes;
    return mix(number);
  }
  friend bool operator==(Counted const&, Counted const&) = default;
};

// The worst hash that may be given to us: eight places for everything.
struct Crowded {
  std::uint64_t number = 0;
  std::uint64_t hash() const { return (number % 8) << 61; }
  friend bool operator==(Crowded const&, Crowded const&) = default;
};

struct Live {
  static inline int count = 0;
  int value;
  explicit Live(int given) : value(given) { ++count; }
  Live(Live const& other) : value(other.value) { ++count; }
  Live(Live&& other) noexcept : value(other.value) { ++count; }
  Live& operator=(Live const&) = default;
  ~Live() { --count; }
  friend bool operator==(Live const& a, Live const& b) { return a.value == b.value; }
};

template <class Key, class MakeKey>
void compare_with_unordered_set(std::uint64_t seed, MakeKey make_key) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  HashSet<Key> set;
  std::unordered_set<std::uint64_t> oracle;
  std::vector<std::uint64_t> order;
  for (int round = 0; round < 30; ++round) {
    std::uint64_t const range = 1 + random.below(random.once_in(3) ? 20'000 : 50);
    std::uint64_t const count = random.below(2 * range);
    for (std::uint64_t i = 0; i < count; ++i) {
      std::uint64_t const number = random.below(range);
      bool const added = oracle.insert(number).second;
      ASSERT_EQ(set.insert(make_key(number)), added) << number;
      if (added) order.push_back(number);
      std::uint64_t const asked = random.below(range);
      ASSERT_EQ(set.contains(make_key(asked)), oracle.contains(asked)) << asked;
    }
    ASSERT_EQ(set.size(), oracle.size());
    std::size_t at = 0;
    for (Key const& key : set) ASSERT_EQ(key, make_key(order[at++]));
    if (random.once_in(2)) {
      set.clear();
      oracle.clear();
      order.clear();
      ASSERT_EQ(set.size(), 0u);
      ASSERT_FALSE(set.contains(make_key(0)));
    }
  }
}

TEST(Table, ASetAgreesWithTheStandardOneAndKeepsTheOrder) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    compare_with_unordered_set<std::uint64_t>(seed, [](std::uint64_t n) { return n; });
    compare_with_unordered_set<Counted>(seed, [](std::uint64_t n) { return Counted{n}; });
  }
  compare_with_unordered_set<std::string>(
      99, [](std::uint64_t n) { return "a key that needs an allocation " + std::to_string(n); });
}

TEST(Table, CrowdedKeysAreOnlySlow) {
  HashSet<Crowded> set;
  for (std::uint64_t round = 0; round < 3; ++round) {
    for (std::uint64_t n = 0; n < 600; ++n) EXPECT_TRUE(set.insert(Crowded{n}));
    for (std::uint64_t n = 0; n < 600; ++n) EXPECT_FALSE(set.insert(Crowded{n}));
    for (std::uint64_t n = 0; n < 1200; ++n) EXPECT_EQ(set.contains(Crowded{n}), n < 600);
    set.clear();
    // A few of them in a table that has become large: cleared one by one, each from its own place.
    for (std::uint64_t n = 0; n < 40; ++n) EXPECT_TRUE(set.insert(Crowded{n * 8}));
    set.clear();
    for (std::uint64_t n = 0; n < 40; ++n) EXPECT_FALSE(set.contains(Crowded{n * 8}));
  }
}

TEST(Table, ClearingCostsTheItemsNotTheCapacityOfOnce) {
  HashSet<Counted> set;
  for (std::uint64_t n = 0; n < 100'000; ++n) set.insert(Counted{n});
  Counted::hashes = 0;
  set.clear();
  EXPECT_EQ(Counted::hashes, 0u);  // so full that wiping the slots is cheaper
  for (std::uint64_t const items : {0u, 1u, 7u, 1000u}) {
    for (std::uint64_t n = 0; n < items; ++n) set.insert(Counted{n});
    Counted::hashes = 0;
    set.clear();
    EXPECT_EQ(Counted::hashes, items);  // each slot is found by its key: the others are not touched
    EXPECT_EQ(set.size(), 0u);
    for (std::uint64_t n = 0; n < items; ++n) EXPECT_FALSE(set.contains(Counted{n}));
  }
}

TEST(Table, KeysMayBeMoveOnly) {
  struct Owner {
    std::unique_ptr<int> number;
    std::uint64_t hash() const { return mix(static_cast<std::uint64_t>(*number)); }
    bool operator==(Owner const& other) const { return *number == *other.number; }
  };
  HashSet<Owner> set;
  for (int n = 0; n < 100; ++n) EXPECT_TRUE(set.insert(Owner{std::make_unique<int>(n)}));
  for (int n = 0; n < 100; ++n) EXPECT_FALSE(set.insert(Owner{std::make_unique<int>(n)}));
  int next = 0;
  for (Owner const& owner : set) EXPECT_EQ(*owner.number, next++);
}

TEST(Table, AnAbsentKeyIsNotFoundInATableThatNeverHadAny) {
  HashSet<int> set;
  EXPECT_FALSE(set.contains(0));
  set.clear();
  EXPECT_TRUE(set.insert(0));
  HashMultimap<int, int> map;
  EXPECT_EQ(map.find(0), nullptr);
  map.clear();
  EXPECT_EQ(map.find(0), nullptr);
}

TEST(Table, AMultimapAgreesWithANaiveOne) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    HashMultimap<std::string, std::string> map;
    std::unordered_map<std::string, std::vector<std::string>> oracle;
    std::vector<std::string> order;
    std::size_t value_count = 0;
    for (int step = 0; step < 4000; ++step) {
      std::string const key = "key " + std::to_string(random.below(1 + random.below(200)));
      std::string const value = "value " + std::to_string(random.below(40));
      if (!oracle.contains(key)) order.push_back(key);
      auto& values = oracle[key];
      bool const added = std::find(values.begin(), values.end(), value) == values.end();
      if (added) values.push_back(value);
      value_count += added ? 1 : 0;
      ASSERT_EQ(map.insert_unique(key, value), added);
      if (random.once_in(700)) {
        map.clear();
        oracle.clear();
        order.clear();
        value_count = 0;
      }
    }
    ASSERT_EQ(map.value_count(), value_count);
    ASSERT_EQ(map.entries().size(), order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      auto const& entry = map.entries()[i];
      ASSERT_EQ(entry.key, order[i]);
      ASSERT_EQ(std::vector(entry.values.begin(), entry.values.end()), oracle[order[i]]);
      ASSERT_EQ(map.find(order[i]), &entry.values);
    }
    ASSERT_EQ(map.find("none of them"), nullptr);
  }
}

TEST(Table, ValuesDieExactlyOnce) {
  {
    HashMultimap<int, Live> map;
    for (int round = 0; round < 3; ++round) {
      for (int n = 0; n < 1000; ++n) map.insert_unique(n % 100, Live(n));
      EXPECT_EQ(Live::count, 1000);
      map.clear();
      EXPECT_EQ(Live::count, 0);
    }
    for (int n = 0; n < 7; ++n) map.insert_unique(n % 2, Live(n));
    EXPECT_EQ(Live::count, 7);
  }
  EXPECT_EQ(Live::count, 0);
}

TEST(Table, AKeyMayHaveVeryManyValues) {
  HashMultimap<unit, std::uint32_t> map;
  for (std::uint32_t n = 0; n < 5000; ++n) EXPECT_TRUE(map.insert_unique(unit{}, n));
  EXPECT_FALSE(map.insert_unique(unit{}, 4999u));
  ASSERT_NE(map.find(unit{}), nullptr);
  std::uint32_t next = 0;
  for (std::uint32_t const value : *map.find(unit{})) EXPECT_EQ(value, next++);
  EXPECT_EQ(next, 5000u);
}

}  // namespace
}  // namespace weir

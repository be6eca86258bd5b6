#include "weir/base/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "weir/base/join_table.h"
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

TEST(Table, ClearingLooksAtNoKey) {
  HashSet<Counted> set;
  for (std::uint64_t const items : {100'000u, 1000u, 7u, 1u, 0u}) {
    for (std::uint64_t n = 0; n < items; ++n) EXPECT_TRUE(set.insert(Counted{n}));
    Counted::hashes = 0;
    set.clear();
    EXPECT_EQ(Counted::hashes, 0u);
    EXPECT_EQ(set.size(), 0u);
    for (std::uint64_t n = 0; n < items; ++n) EXPECT_FALSE(set.contains(Counted{n}));
  }
}

// A small tick after a large one: from then on it touches as little memory as ever.
TEST(Table, AnIndexThatWasLargeGoesOnWithAsMuchAsIsNeeded) {
  TableIndex index;
  auto const fill = [&](std::uint32_t count) {
    for (std::uint32_t n = 0; n < count; ++n) {
      std::uint32_t const tag = TableIndex::tag_of(hash_of(n));
      std::uint32_t number = 0;
      auto const same = [&](std::uint32_t found) { return number = found, found == n; };
      if (index.find_or_insert(tag, same) != TableIndex::none) FAIL() << n << " is new";
      ASSERT_EQ(index.find(tag, same), n);
    }
    ASSERT_EQ(index.size(), count);
  };
  fill(100'000);
  std::size_t const large = index.slot_count();
  index.clear();
  EXPECT_EQ(index.slot_count(), large);  // the next tick may be as large
  fill(1);
  index.clear();
  EXPECT_EQ(index.slot_count(), 16u);
  fill(100'000);  // and it can be again, in the memory that it has
  EXPECT_EQ(index.slot_count(), large);
  index.clear();
  fill(100'000);
  EXPECT_EQ(index.slot_count(), large);
}

TEST(Table, TheNewestEntryCanBeTakenBack) {
  TableIndex index;
  auto const never = [](std::uint32_t) { return false; };
  auto const always = [](std::uint32_t) { return true; };
  for (std::uint32_t n = 0; n < 100; ++n) {
    std::uint32_t const tag = TableIndex::tag_of(hash_of(n));
    EXPECT_EQ(index.find_or_insert(tag, never), TableIndex::none);
    index.take_back();
    EXPECT_EQ(index.size(), n);
    EXPECT_EQ(index.find(tag, always), TableIndex::none);
    EXPECT_EQ(index.find_or_insert(tag, never), TableIndex::none);
  }
  for (std::uint32_t n = 0; n < 100; ++n) {
    auto const same = [&](std::uint32_t found) { return found == n; };
    EXPECT_EQ(index.find(TableIndex::tag_of(hash_of(n)), same), n);
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
    for (int step = 0; step < 4000; ++step) {
      std::string const key = "key " + std::to_string(random.below(1 + random.below(200)));
      std::string const value = "value " + std::to_string(random.below(40));
      if (!oracle.contains(key)) order.push_back(key);
      auto& values = oracle[key];
      bool const added = std::find(values.begin(), values.end(), value) == values.end();
      if (added) values.push_back(value);
      auto const* const entry = map.insert(key, value);
      ASSERT_EQ(entry != nullptr, added);
      if (added) {
        ASSERT_EQ(*(entry->values.end() - 1), value);
      }
      if (random.once_in(700)) {
        map.clear();
        oracle.clear();
        order.clear();
      }
    }
    ASSERT_EQ(map.entries().size(), order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
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
      for (int n = 0; n < 1000; ++n) map.insert(n % 100, Live(n));
      EXPECT_EQ(Live::count, 1000);
      map.clear();
      EXPECT_EQ(Live::count, 0);
    }
    for (int n = 0; n < 7; ++n) map.insert(n % 2, Live(n));
    EXPECT_EQ(Live::count, 7);
  }
  EXPECT_EQ(Live::count, 0);
}

TEST(Table, AKeyMayHaveVeryManyValues) {
  HashMultimap<unit, Counted> map;
  constexpr std::uint64_t count = 20'000;
  Counted::hashes = 0;
  for (std::uint64_t n = 0; n < count; ++n) ASSERT_NE(map.insert(unit{}, Counted{n}), nullptr);
  EXPECT_LE(Counted::hashes,
            4 * count);  // an index, made anew when the list doubles
  EXPECT_GE(Counted::hashes, count);
  for (std::uint64_t n = 0; n < count; ++n) ASSERT_EQ(map.insert(unit{}, Counted{n}), nullptr);
  ASSERT_NE(map.find(unit{}), nullptr);
  std::uint64_t next = 0;
  for (Counted const& value : *map.find(unit{})) EXPECT_EQ(value.number, next++);
  EXPECT_EQ(next, count);
}

// Without a hash a set of values looks at all of them.
TEST(Table, ValuesNeedNoHash) {
  HashMultimap<int, Live> map;
  for (int n = 0; n < 100; ++n) EXPECT_NE(map.insert(1, Live(n)), nullptr);
  for (int n = 0; n < 100; ++n) EXPECT_EQ(map.insert(1, Live(n)), nullptr);
  EXPECT_EQ(map.find(1)->size(), 100u);
}

TEST(Table, ValuesOfABagNeedNoEquality) {
  struct Plain {
    std::string text;
  };
  HashMultimap<int, Plain, SmallList> map;
  for (int n = 0; n < 100; ++n) EXPECT_NE(map.insert(n % 3, Plain{std::to_string(n)}), nullptr);
  ASSERT_EQ(map.find(1)->size(), 33u);
  EXPECT_EQ(map.find(1)->begin()[32].text, "97");
}

struct alignas(64) Wide {
  std::uint64_t number;
  std::uint64_t hash() const { return mix(number); }
  friend bool operator==(Wide const&, Wide const&) = default;
};

TEST(Table, ValuesAreAlignedHoweverManyThereAre) {
  HashMultimap<int, Wide> map;
  for (std::uint64_t n = 0; n < 3000; ++n) map.insert(static_cast<int>(n % 50), Wide{n});
  for (std::uint32_t i = 0; i < map.entries().size(); ++i) {
    auto const& entry = map.entries()[i];
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(entry.values.begin()) % alignof(Wide), 0u);
    EXPECT_EQ(entry.values.size(), 60u);
  }
}

// ---- the tables of a join ----

using Words = std::vector<std::string>;

template <class Tables>
void compare_join_tables(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  Tables tables;
  std::unordered_map<std::string, std::array<Words, 2>> oracle;
  for (int step = 0; step < 4000; ++step) {
    std::string const key = "key " + std::to_string(random.below(1 + random.below(200)));
    std::string const value = "value " + std::to_string(random.below(60));
    bool const right = random.once_in(2);
    auto& [lefts, rights] = oracle[key];
    Words& own = right ? rights : lefts;
    Words const& others = right ? lefts : rights;
    bool const added = std::find(own.begin(), own.end(), value) == own.end();
    if (added) own.push_back(value);
    std::uint32_t const tag = tables.tag_of(key);
    tables.prefetch_slot(tag);
    tables.prefetch_entry(tag);
    tables.prefetch_values(tag);
    auto const check = [&](auto const& met) {
      ASSERT_EQ(met.count, added ? others.size() : 0);
      if (met.count == 0) return;
      ASSERT_EQ(*met.key, key);
      ASSERT_EQ(*met.own, value);
      ASSERT_EQ(Words(met.others, met.others + met.count), others);
    };
    if (right) check(tables.template insert<1>(tag, key, value));
    else check(tables.template insert<0>(tag, key, value));
    if constexpr (requires { tables.clear(); }) {
      if (random.once_in(900)) {
        tables.clear();
        oracle.clear();
      }
    } else if (random.once_in(900)) {
      bool const left = random.once_in(2);
      if (left) tables.template clear<0>();
      else tables.template clear<1>();
      for (auto& [forgotten, sides] : oracle) sides[left ? 0 : 1].clear();
    }
  }
}

TEST(Table, AJoinMeetsWhatTheOtherSideHas) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    compare_join_tables<JoinTable<std::string, std::string, std::string, SmallSet>>(seed);
    compare_join_tables<JoinTables<std::string, std::string, std::string, SmallSet>>(seed);
  }
}

}  // namespace
}  // namespace weir

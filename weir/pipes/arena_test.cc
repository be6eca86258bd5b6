#include "weir/pipes/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "weir/base/random.h"

namespace weir {
namespace {

TickArena::Space fill(TickArena& arena, std::string const& text, std::uint32_t headroom = 0) {
  TickArena::Space const space = arena.allocate(static_cast<std::uint32_t>(text.size()), headroom);
  if (!text.empty()) std::memcpy(space.data, text.data(), text.size());
  return space;
}

TEST(TickArena, ViewsOfATickDoNotTouchEachOther) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    TickArena arena;
    for (int in_tick = 0; in_tick < 20; ++in_tick) {
      std::vector<std::pair<View, std::string>> made;
      for (std::uint64_t n = random.below(60); n > 0; --n) {
        std::uint64_t const limit = random.once_in(20) ? 200'000 : 5000;
        std::string const text(random.below(limit), static_cast<char>('a' + n % 26));
        auto const headroom = static_cast<std::uint32_t>(random.below(9));
        TickArena::Space const space = fill(arena, text, headroom);
        std::memset(space.data - headroom, '!', headroom);  // its own, whoever is before it
        EXPECT_EQ(space.view.headroom(), headroom);
        EXPECT_EQ(space.view.data(), space.data);
        made.emplace_back(space.view, text);
      }
      for (auto const& [view, text] : made) ASSERT_EQ(view.text(), text);
      arena.end_tick();
    }
  }
}

TEST(TickArena, UsesItsMemoryAgain) {
  TickArena arena;
  std::set<Storage*> storages;
  for (int in_tick = 0; in_tick < 10; ++in_tick) {
    for (int i = 0; i < 100; ++i) {
      storages.insert(fill(arena, std::string(3000, 'x')).view.storage());
    }
    arena.end_tick();
  }
  EXPECT_LE(storages.size(), 5u);  // 300,000 bytes in blocks of 64 KiB
}

TEST(TickArena, LetsGoOfWhatSomebodyStillLooksInto) {
  View kept;
  {
    TickArena arena;
    kept = fill(arena, "still being sent").view;
    kept.storage()->retain();
    arena.end_tick();
    EXPECT_EQ(kept.storage()->references, 1u);
    View const next = fill(arena, "of the next tick").view;
    EXPECT_NE(next.storage(), kept.storage());
    EXPECT_EQ(kept.text(), "still being sent");
  }
  EXPECT_EQ(kept.text(), "still being sent");
  kept.storage()->release();
}

TEST(TickArena, MakesRoomForWhatNoBlockHolds) {
  TickArena arena;
  fill(arena, "small");
  View const large = fill(arena, std::string(1'000'000, 'y'), 4).view;
  View const small = fill(arena, "small again").view;
  EXPECT_EQ(large.size(), 1'000'000u);
  EXPECT_EQ(small.text(), "small again");
  EXPECT_EQ(arena.allocate(0, 0).view.size(), 0u);
}

}  // namespace
}  // namespace weir

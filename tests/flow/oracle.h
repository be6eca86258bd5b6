// What the comparisons with slow, obviously right operators share: random batches tick by tick,
// every combination of lifetimes, and budgets that make the tick yield.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/flow/flow_testing.h"
#include "weir/base/random.h"

namespace weir {

inline TickBudget random_budget(Random& random) {
  constexpr std::int64_t budgets[] = {TickBudget{}.items, 1, 2, 7};
  return {.items = budgets[random.below(4)]};
}

template <class T, class Make>
std::vector<T> batch(Random& random, Make make) {
  std::vector<T> items;
  if (random.once_in(4)) return items;
  for (std::uint64_t n = random.below(12); n > 0; --n) items.push_back(make());
  return items;
}

// At the end of a tick.
template <class Lifetime>
void forget(auto& state, Lifetime) {
  if (!lives_forever<Lifetime>) state.clear();
}

template <class Lifetime, class... More>
std::string lifetimes(Lifetime, More... more) {
  std::string name = std::is_same_v<Lifetime, None>   ? "none"
                     : std::is_same_v<Lifetime, Tick> ? "tick"
                                                      : "forever";
  if constexpr (sizeof...(More) > 0) name += ", " + lifetimes(more...);
  return name;
}

// Calls test(lifetime, lifetime) for all nine combinations.
template <class Test>
void for_all_pairs_of_lifetimes(Test test) {
  auto const with_left = [&](auto left) {
    test(left, none);
    test(left, tick);
    test(left, forever);
  };
  with_left(none);
  with_left(tick);
  with_left(forever);
}

}  // namespace weir

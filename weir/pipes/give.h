// How an operator gives what it holds, as far as the budget goes: what flush and replay are made
// of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/base/block.h"
#include "weir/pipes/range.h"

namespace weir {

// Calls give(receiver, i) for every i from `at` to `end` and moves `at` on, at most `budget` times;
// `receiver` is `emit`, or takes a block of its items. True when none is left.
template <class Emit, class Give>
[[gnu::always_inline]] constexpr bool give_budgeted(std::size_t& at, std::size_t end,
                                                    std::int64_t& budget, Emit const& emit,
                                                    Give const& give) {
  auto const left = static_cast<std::int64_t>(end - at);
  std::int64_t const given = left < budget ? left : budget;
  budget -= given;
  std::size_t const stop = at + static_cast<std::size_t>(given);
  std::size_t i = std::exchange(at, stop);
  give_in_blocks(i, stop, emit, give);
  return at == end;
}

// Gives the items from `at` to `end`, which stay.
template <class Item, class Emit>
[[gnu::always_inline]] constexpr bool give_kept(std::vector<Item> const& items, std::size_t& at,
                                                std::size_t end, std::int64_t& budget,
                                                Emit const& emit) {
  auto const give = [first = items.begin()](auto const& receiver, std::size_t i)
      __attribute__((always_inline)) {
    receiver(first[i]);
  };
  return give_budgeted(at, end, budget, emit, give);
}

// Gives the items from `at` on away. When that is finished there are none, and `at` is 0.
template <class Item, class Emit>
[[gnu::always_inline]] constexpr bool give_away(std::vector<Item>& items, std::size_t& at,
                                                std::int64_t& budget, Emit const& emit) {
  auto const give = [first = items.begin()](auto const& receiver, std::size_t i)
      __attribute__((always_inline)) {
    emit_element<std::vector<Item>>(first[i], receiver);
  };
  if (!give_budgeted(at, items.size(), budget, emit, give)) return false;
  items.clear();
  at = 0;
  return true;
}

}  // namespace weir

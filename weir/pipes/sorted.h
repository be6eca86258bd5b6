// What sort and sort_by_key hold: items, and when all have come, the same in order.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/pipes/give.h"

namespace weir {

// operator<. Among floating-point numbers NaN is the last, for std::sort needs an order.
struct IsLess {
  template <class T>
  requires requires(T const& a, T const& b) { static_cast<bool>(a < b); }
  constexpr bool operator()(T const& a, T const& b) const {
    if constexpr (std::floating_point<T>) return a < b || (b != b && a == a);
    else return static_cast<bool>(a < b);
  }
};

template <class Item>
struct HeldToSort {
  std::vector<Item> items;
  std::size_t given = 0;
  bool sorted = false;

  bool flush(auto const& emit, std::int64_t& budget, auto const& less) {
    if (!std::exchange(sorted, true)) {
      std::sort(items.begin(), items.end(),
                [&less](Item const& a, Item const& b) { return less(a, b); });
    }
    if (!give_away(items, given, budget, emit)) return false;
    sorted = false;
    return true;
  }
};

}  // namespace weir

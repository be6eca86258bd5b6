// sort(), sort(less): gives the items of a tick in order, the smallest first, when all have come;
// of equal ones in no particular order. NaN comes last.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "weir/pipes/operator.h"
#include "weir/pipes/sorted.h"

namespace weir {

template <class Less>
struct Sort : Operator {
  static constexpr OperatorInfo info{.name = "sort", .blocking_inputs = 0b1, .flushes = true};
  [[no_unique_address]] Less less;

  template <class Item>
  using State = HeldToSort<Item>;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool ordered = requires(Less & order, Item const& a, Item const& b) {
      static_cast<bool>(order(a, b));
    };
    if constexpr (std::same_as<Less, IsLess>) {
      static_assert(ordered || !Aloud,
                    "weir: sort(): the Item has no operator<; give it one, or say sort(less) or "
                    "sort_by_key(f)");
    } else {
      static_assert(ordered || !Aloud,
                    "weir: sort(less): less must be callable as less(a, b) with two Items, by "
                    "const reference, and say whether a comes before b");
    }
    constexpr bool movable = std::movable<Item>;
    static_assert(movable || !ordered || !Aloud,
                  "weir: sort(): the Item cannot be moved and assigned, so it cannot change its "
                  "place");
    return ordered && movable;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const&) {
    state.items.push_back(static_cast<decltype(item)&&>(item));
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool) {
    return state.flush(emit, budget, [this](auto const& a, auto const& b) {
      return static_cast<bool>(less(a, b));
    });
  }
};

inline Sort<IsLess> sort() { return {}; }
template <class Less>
Sort<Less> sort(Less less) {
  return {{}, std::move(less)};
}

}  // namespace weir

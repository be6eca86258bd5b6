// sort_by_key(f): gives the items of a tick in the order of f(item), the smallest first, when all
// have come; of equal ones in no particular order. f is called twice for every comparison, so it
// should only look: a pointer to a member will do.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/sorted.h"

namespace weir {

template <class F>
struct SortByKey : Operator {
  static constexpr OperatorInfo info{
      .name = "sort_by_key", .blocking_inputs = 0b1, .flushes = true};
  [[no_unique_address]] F function;

  template <class Item>
  using State = HeldToSort<Item>;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool callable = takes_item<F, Item const&>;
    static_assert(callable || !Aloud,
                  "weir: sort_by_key(f): f cannot be called with the Item it receives, by const "
                  "reference; let it take the item, or the parts of a pair or tuple");
    if constexpr (callable) {
      using Key = CallResult<F, Item const&>;
      constexpr bool ordered = requires(Key const& a, Key const& b) { IsLess{}(a, b); };
      static_assert(ordered || !Aloud,
                    "weir: sort_by_key(f): what f gives has no operator<, so there is no order");
      constexpr bool movable = std::movable<Item>;
      static_assert(movable || !ordered || !Aloud,
                    "weir: sort_by_key(): the Item cannot be moved and assigned, so it cannot "
                    "change its place");
      return ordered && movable;
    }
    return false;
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
    return state.flush(emit, budget, [&](auto const& a, auto const& b) {
      return IsLess{}(call(function, emit, a), call(function, emit, b));
    });
  }
};

template <class F>
SortByKey<F> sort_by_key(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir

// flat_map(f): f gives a range; its elements go on one by one.
#pragma once

#include <ranges>
#include <type_traits>
#include <utility>

#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class F>
struct FlatMap : Operator {
  static constexpr OperatorInfo info{.name = "flat_map"};
  [[no_unique_address]] F function;

  template <class Item>
  static consteval auto output() {
    static_assert(takes_item<F, Item>,
                  "weir: flat_map(f): f cannot be called with the Item it receives; let it take the "
                  "item, or the parts of a pair or tuple, and return a range");
    if constexpr (takes_item<F, Item>) {
      using Given = CallResult<F, Item>;
      static_assert(std::ranges::range<Given>, "weir: flat_map(f): f must return a range");
      if constexpr (std::ranges::range<Given>) return Type<std::ranges::range_value_t<Given>>{};
      else return Type<Untyped>{};
    } else {
      return Type<Untyped>{};
    }
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    auto&& range = call(function, emit.context(), static_cast<decltype(item)&&>(item));
    using Range = decltype(range);
    for (auto&& element : range) {
      // Elements of a range that the function made are ours to move; those it only refers to are not.
      constexpr bool owned = !std::is_lvalue_reference_v<decltype(call(
                                 function, emit.context(), static_cast<decltype(item)&&>(item)))> &&
                             !std::ranges::borrowed_range<std::remove_cvref_t<Range>>;
      if constexpr (owned) emit(std::move(element));
      else emit(std::as_const(element));
    }
  }
};

template <class F>
FlatMap<F> flat_map(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir

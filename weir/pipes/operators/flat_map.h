// flat_map(f): f gives a range; its elements go on one by one.
#pragma once

#include <type_traits>
#include <utility>

#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/range.h"

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
      static_assert(is_range<Given>, "weir: flat_map(f): f must return a range");
      if constexpr (is_range<Given>) return Type<ElementOf<Given>>{};
      else return Type<Untyped>{};
    } else {
      return Type<Untyped>{};
    }
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    using Range = decltype(call(function, emit.context(), static_cast<decltype(item)&&>(item)));
    Range&& range = call(function, emit.context(), static_cast<decltype(item)&&>(item));
    for (auto&& element : range) {
      if constexpr (owns_elements<Range>) emit(std::move(element));
      else emit(std::as_const(element));
    }
  }
};

template <class F>
FlatMap<F> flat_map(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir

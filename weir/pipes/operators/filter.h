// filter(f): gives the items for which f(item) is true.
#pragma once

#include <concepts>
#include <utility>

#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class F>
struct Filter : Operator {
  static constexpr OperatorInfo info{.name = "filter"};
  [[no_unique_address]] F function;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool callable = takes_item<F, Item const&>;
    static_assert(callable || !Aloud,
                  "weir: filter(f): f cannot be called with the Item it receives; let it take the "
                  "item by value or const&, or the parts of a pair or tuple, and return bool");
    if constexpr (callable) {
      constexpr bool decides = std::convertible_to<CallResult<F, Item const&>, bool>;
      static_assert(decides || !Aloud, "weir: filter(f): f must return bool");
      return decides;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    if (call(function, emit, std::as_const(item))) {
      emit(static_cast<decltype(item)&&>(item));
    }
  }
};

template <class F>
Filter<F> filter(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir

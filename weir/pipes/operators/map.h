// map(f): gives f(item) for each item, in order.
#pragma once

#include <utility>

#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class F>
struct Map : Operator {
  static constexpr OperatorInfo info{.name = "map"};
  [[no_unique_address]] F function;

  template <class Item>
  static consteval auto output() {
    static_assert(takes_item<F, Item>,
                  "weir: map(f): f cannot be called with the Item it receives; let it take the item, "
                  "the parts of a pair or tuple, or a Context const& before either");
    if constexpr (takes_item<F, Item>) return Type<CallResult<F, Item>>{};
    else return Type<Untyped>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    emit(call(function, emit.context(), static_cast<decltype(item)&&>(item)));
  }
};

template <class F>
Map<F> map(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir

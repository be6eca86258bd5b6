// inspect(f): calls f(item) and gives the item on; without an output it ends the chain.
#pragma once

#include <utility>

#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class F>
struct Inspect : Operator {
  static constexpr OperatorInfo info{.name = "inspect", .outputs = {0, 1}, .one_to_one = true};
  [[no_unique_address]] F function;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool callable = takes_item<F, Item const&>;
    static_assert(callable || !Aloud,
                  "weir: inspect(f): f cannot be called with the Item it receives; let it take the "
                  "item by value or const&, or the parts of a pair or tuple");
    return callable;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    static_cast<void>(call(function, emit, std::as_const(item)));
    emit(static_cast<decltype(item)&&>(item));
  }
};

template <class F>
Inspect<F> inspect(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir

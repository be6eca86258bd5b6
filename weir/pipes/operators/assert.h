// assert_(f): f(item) must be true for every item; the items go on, or end here without an output.
//
// One for which it is false ends the flow, and the Failure says which it was.
#pragma once

#include <concepts>
#include <utility>

#include "weir/pipes/bad_item.h"
#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class F>
struct Assert : Operator {
  static constexpr OperatorInfo info{.name = "assert_", .outputs = {0, 1}, .one_to_one = true};
  [[no_unique_address]] F function;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool callable = takes_item<F, Item const&>;
    static_assert(callable || !Aloud,
                  "weir: assert_(f): f cannot be called with the Item it receives; let it take the "
                  "item by value or const&, or the parts of a pair or tuple, and return bool");
    if constexpr (callable) {
      constexpr bool decides = std::convertible_to<CallResult<F, Item const&>, bool>;
      static_assert(decides || !Aloud, "weir: assert_(f): f must return bool");
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
    if (!call(function, emit, std::as_const(item))) [[unlikely]] {
      refuse_item(emit, {"assert_(f): f is false for the item: ", shown(item)});
    }
    emit(static_cast<decltype(item)&&>(item));
  }
};

template <class F>
Assert<F> assert_(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir

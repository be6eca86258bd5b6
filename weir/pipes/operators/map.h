// map(f): gives f(item) for each item, in order.
#pragma once

#include <type_traits>
#include <utility>

#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class F>
struct Map : Operator {
  static constexpr OperatorInfo info{.name = "map", .one_to_one = true};
  [[no_unique_address]] F function;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool callable = takes_item<F, Item>;
    static_assert(callable || !Aloud,
                  "weir: map(f): f cannot be called with the Item it receives; let it take the "
                  "item, the parts of a pair or tuple, or a Context const& before either");
    if constexpr (callable) {
      constexpr bool gives = !std::is_void_v<CallResult<F, Item>>;
      static_assert(gives || !Aloud,
                    "weir: map(f): f must return what is to go on; to only look at items use "
                    "inspect");
      return gives;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<CallResult<F, Item>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    emit(call(function, emit, static_cast<decltype(item)&&>(item)));
  }
};

template <class F>
Map<F> map(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir

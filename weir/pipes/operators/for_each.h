// for_each(f): calls f(item) for each item and ends the chain.
#pragma once

#include <utility>

#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class F>
struct ForEach : Operator {
  static constexpr OperatorInfo info{.name = "for_each", .outputs = {0, 0}};
  [[no_unique_address]] F function;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool callable = takes_item<F, Item>;
    static_assert(callable || !Aloud,
                  "weir: for_each(f): f cannot be called with the Item it receives; let it take "
                  "the item, the parts of a pair or tuple, or a Context const& before either");
    return callable;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Nothing>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    static_cast<void>(call(function, emit, static_cast<decltype(item)&&>(item)));
  }

  struct Nothing {};
};

template <class F>
ForEach<F> for_each(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir

// What operators share that give each item on as it is, and differ in their rows alone: to whom,
// when and from where.
#pragma once

#include "weir/pipes/operator.h"

namespace weir {

struct PassesOn : Operator {
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    emit(static_cast<decltype(item)&&>(item));
  }
};

}  // namespace weir

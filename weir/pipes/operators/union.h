// union_(): gives on what comes from any of its inputs, in no promised order.
#pragma once

#include "weir/pipes/operator.h"

namespace weir {

struct Union : Operator {
  static constexpr OperatorInfo info{
      .name = "union", .inputs = {0, any_number}, .typed_by_any_input = true};

  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    emit(static_cast<decltype(item)&&>(item));
  }
};

inline Union union_() { return {}; }

}  // namespace weir

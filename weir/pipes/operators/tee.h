// tee(): gives each item to every output; all but the last get it by const reference.
#pragma once

#include "weir/pipes/operator.h"

namespace weir {

struct Tee : Operator {
  static constexpr OperatorInfo info{.name = "tee", .outputs = {0, any_number}, .one_to_one = true};

  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    emit(static_cast<decltype(item)&&>(item));
  }
};

inline Tee tee() { return {}; }

}  // namespace weir

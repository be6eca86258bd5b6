// next_stratum(): what comes waits until everything that feeds it has finished in this tick, and
// then goes on.
#pragma once

#include "weir/pipes/operator.h"

namespace weir {

struct NextStratum : Operator {
  static constexpr OperatorInfo info{
      .name = "next_stratum", .blocking_inputs = 0b1, .stages = true, .one_to_one = true};

  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    emit(static_cast<decltype(item)&&>(item));
  }
};

inline NextStratum next_stratum() { return {}; }

}  // namespace weir

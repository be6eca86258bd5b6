// defer_tick(): what comes in this tick goes on in the next one, and makes it happen.
#pragma once

#include "weir/pipes/operator.h"

namespace weir {

struct DeferTick : Operator {
  static constexpr OperatorInfo info{.name = "defer_tick", .delay = Delay::tick};

  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    emit(static_cast<decltype(item)&&>(item));
  }
};

inline DeferTick defer_tick() { return {}; }

}  // namespace weir

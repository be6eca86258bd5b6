// defer_tick(): what comes in this tick goes on in the next one, and makes it happen.
#pragma once

#include "weir/base/bytes.h"
#include "weir/pipes/operator.h"

namespace weir {

struct DeferTick : Operator {
  static constexpr OperatorInfo info{.name = "defer_tick", .delay = Delay::tick};

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool stays = !borrows<Item>;
    static_assert(stays || !Aloud,
                  "weir: defer_tick(): the Item holds a View, which ends with the tick; own() its "
                  "bytes first");
    return stays;
  }
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

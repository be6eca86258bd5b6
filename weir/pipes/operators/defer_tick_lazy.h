// defer_tick_lazy(): what comes in this tick goes on in the next one, but does not make it happen.
#pragma once

#include "weir/base/bytes.h"
#include "weir/pipes/passes_on.h"

namespace weir {

struct DeferTickLazy : PassesOn {
  static constexpr OperatorInfo info{
      .name = "defer_tick_lazy", .delay = Delay::tick_lazy, .one_to_one = true};

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool stays = !borrows<Item>;
    static_assert(stays || !Aloud,
                  "weir: defer_tick_lazy(): the Item holds a View, which ends with the tick; own() "
                  "its bytes first");
    return stays;
  }
};

inline DeferTickLazy defer_tick_lazy() { return {}; }

}  // namespace weir

// defer_tick(): what comes in this tick goes on in the next one, and makes it happen.
#pragma once

#include "weir/base/bytes.h"
#include "weir/pipes/passes_on.h"

namespace weir {

struct DeferTick : PassesOn {
  static constexpr OperatorInfo info{
      .name = "defer_tick", .delay = Delay::tick, .one_to_one = true};

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool stays = !borrows<Item>;
    static_assert(stays || !Aloud,
                  "weir: defer_tick(): the Item holds a View, which ends with the tick; own() its "
                  "bytes first");
    return stays;
  }
};

inline DeferTick defer_tick() { return {}; }

}  // namespace weir

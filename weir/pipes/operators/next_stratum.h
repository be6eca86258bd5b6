// next_stratum(): what comes waits until everything that feeds it has finished in this tick, and
// then goes on.
#pragma once

#include "weir/pipes/passes_on.h"

namespace weir {

struct NextStratum : PassesOn {
  static constexpr OperatorInfo info{
      .name = "next_stratum", .blocking_inputs = 0b1, .stages = true, .one_to_one = true};
};

inline NextStratum next_stratum() { return {}; }

}  // namespace weir

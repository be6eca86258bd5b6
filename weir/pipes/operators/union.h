// union_(): gives on what comes from any of its inputs, in no promised order.
#pragma once

#include "weir/pipes/passes_on.h"

namespace weir {

struct Union : PassesOn {
  static constexpr OperatorInfo info{
      .name = "union", .inputs = {0, any_number}, .typed_by_any_input = true};
};

inline Union union_() { return {}; }

}  // namespace weir

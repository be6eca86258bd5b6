// tee(): gives each item to every output; all but the last get it by const reference.
#pragma once

#include "weir/pipes/passes_on.h"

namespace weir {

struct Tee : PassesOn {
  static constexpr OperatorInfo info{.name = "tee", .outputs = {0, any_number}, .one_to_one = true};
};

inline Tee tee() { return {}; }

}  // namespace weir

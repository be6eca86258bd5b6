// initialize(): gives one unit{} in the first tick.
#pragma once

#include <cstdint>

#include "weir/base/hash.h"
#include "weir/pipes/operator.h"

namespace weir {

struct Initialize : Operator {
  static constexpr OperatorInfo info{.name = "initialize", .inputs = {0, 0}, .source = true};
  bool given = false;

  static consteval auto output() { return Type<unit>{}; }
  bool drain(auto const& emit, std::int64_t& budget) {
    if (given) return true;
    if (budget <= 0) return false;
    --budget;
    given = true;
    emit(unit{});
    return true;
  }
};

inline Initialize initialize() { return {}; }

}  // namespace weir

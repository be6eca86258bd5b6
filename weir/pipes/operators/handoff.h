// handoff(): cuts a subgraph in two. What comes is buffered and goes on in the same tick, by a
// function of its own: where one would grow too large, and where its part of the work is to be
// counted.
#pragma once

#include "weir/pipes/passes_on.h"

namespace weir {

struct CutHere : PassesOn {
  static constexpr OperatorInfo info{.name = "handoff", .wants_handoff = true, .one_to_one = true};
};

inline CutHere handoff() { return {}; }

}  // namespace weir

// expect: weir: an output of at_node goes nowhere
// expect: {"split"}
// expect: {"1"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"split"> split;

auto const broken = flow(  // here
    split = source_iter(std::vector{1, 2, 3}) >> partition([](int v, int n) { return v % n; }),
    split[_0] >> null(), split[_2] >> null());

// expect: weir: the output at_port of at_node is used twice
// expect: tee()
// expect: {"split"}
// expect: {"1"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"split"> split;

auto const broken = flow(  // here
    split = source_iter(std::vector{1, 2, 3}) >> partition([](int v, int n) { return v % n; }),
    split[_0] >> null(), split[_1] >> null(), split[_1] >> null());

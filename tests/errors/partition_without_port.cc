// expect: weir: at_node has several outputs; say which one
// expect: {"split"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"split"> split;

auto const broken = flow(  // here
    split = source_iter(std::vector{1, 2, 3}) >> partition([](int v, int n) { return v % n; }),
    split >> null(), split[_1] >> null());

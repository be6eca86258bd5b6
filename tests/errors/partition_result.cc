// expect: weir: partition(f): f must return the number of an output
// expect: {"split"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"split"> split;

auto const broken = flow(  // here
    split = source_iter(std::vector{1, 2, 3}) >>
            partition<"few", "many">([](int, int, int) { return "few"; }),
    split[port<"few">] >> null(), split[port<"many">] >> null());

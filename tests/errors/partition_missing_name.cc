// expect: weir: an output of at_node goes nowhere
// expect: {"split"}
// expect: {"many"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"split"> split;

auto const broken = flow(  // here
    split = source_iter(std::vector{1, 2, 3}) >>
            partition<"few", "many">([](int v, int few, int many) { return v < 2 ? few : many; }),
    split[port<"few">] >> null());

// expect: weir: at_node has no output at_port
// expect: {"split"}
// expect: {"lots"}
// expect: {"few"}
// expect: {"many"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"split"> split;

auto const broken = flow(  // here
    split = source_iter(std::vector{1, 2, 3}) >>
            partition<"few", "many">([](int v, int few, int many) { return v < 2 ? few : many; }),
    split[port<"few">] >> null(), split[port<"lots">] >> null());

// expect: weir: partition(f): f cannot be called with the Item it receives
// expect: {"split"}
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"split"> split;

auto const broken = flow(  // here
    split = source_iter(std::vector{1, 2, 3}) >> partition([](std::string, int) { return 0; }),
    split[_0] >> null(), split[_1] >> null());

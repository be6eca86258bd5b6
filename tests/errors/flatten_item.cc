// expect: weir: flatten(): the Item it receives is no range
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"flat"> flat;

auto const broken = flow(  // here
    flat = flatten() >> for_each([](int) {}), source_iter(std::vector{1, 2, 3}) >> flat);

// expect: weir: persist() keeps its items forever and has no other lifetime
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken =
    flow(source_iter(std::vector{1, 2, 3}) >> persist(tick) >> for_each([](int) {}));  // here

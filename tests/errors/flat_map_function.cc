// expect: weir: flat_map(f): f cannot be called with the Item
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> flat_map([](std::vector<int> v) { return v; }) >>
    for_each([](int) {}));

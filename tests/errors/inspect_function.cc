// expect: weir: inspect(f): f cannot be called with the Item
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> inspect([](int& v) { ++v; }) >> for_each([](int) {}));

// expect: weir: reduce(f): f takes the accumulated by value and returns another
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> reduce([](auto a, auto b) { return a + b; }) >>
    for_each([](int) {}));

// expect: weir: sort(less): less must be callable as less(a, b)
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> sort([](int v) { return v; }) >> for_each([](int) {}));

// expect: weir: filter_map(f): f must return an optional
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> filter_map([](int v) { return v; }) >>
    for_each([](int) {}));

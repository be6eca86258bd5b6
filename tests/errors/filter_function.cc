// expect: weir: filter(f): f cannot be called with the Item
// expect: {"filter"}
// expect: {"source_iter"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> filter([](int& v) { return v > 1; }) >>
    for_each([](int) {}));

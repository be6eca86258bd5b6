// expect: weir: at_node gives nothing, so nothing can follow it
// expect: {"for_each"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> for_each([](int) {}) >> map([](int v) { return v; }) >>
    for_each([](int) {}));

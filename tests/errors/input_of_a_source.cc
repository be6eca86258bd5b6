// expect: weir: at_node takes no input
// expect: {"source_iter"}
// expect: {"map"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> map([](int v) { return v; }) >>
    source_iter(std::vector{1, 2, 3}) >> for_each([](int) {}));

// expect: weir: filter_map(f): f cannot be called with the Item
#include <optional>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> filter_map([](int, int) { return std::optional(1); }) >>
    for_each([](int) {}));

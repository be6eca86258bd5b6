// expect: weir: scan(init, f): init must be a function
#include <optional>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >>
    scan(0, [](int& all, int v) { return std::optional(all += v); }) >> for_each([](int) {}));

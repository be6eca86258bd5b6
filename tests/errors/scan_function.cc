// expect: weir: scan(init, f): f must be callable as f(accumulated&, Item)
#include <optional>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >>
    scan([] { return 0; }, [](int& all) { return std::optional(all); }) >> for_each([](int) {}));

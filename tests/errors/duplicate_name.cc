// expect: weir: at_node is defined twice
// expect: {"reached"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"reached"> reached;

auto const broken = flow(  // here
    reached = source_iter(std::vector{1, 2, 3}) >> for_each([](int) {}),
    reached = source_iter(std::vector{1, 2, 3}) >> for_each([](int) {}));

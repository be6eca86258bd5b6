// expect: weir: at_node stands only for itself
// expect: {"first"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"first"> first;
static constexpr node<"second"> second;

auto const broken = flow(  // here
    first = second, second = first, source_iter(std::vector{1, 2, 3}) >> first);

// expect: weir: at_node is used in this flow but never defined
// expect: {"one"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"one"> one;
static constexpr node<"two"> two;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> one, source_iter(std::vector{1, 2, 3}) >> two);

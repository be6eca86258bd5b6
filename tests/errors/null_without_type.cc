// expect: weir: the item type of at_node cannot be known
// expect: {"null"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    null() >> for_each([](int) {}));

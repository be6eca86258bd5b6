// expect: weir: the item type of at_node cannot be known
// expect: {"round"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"round"> round;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> for_each([](int) {}),
    round = union_() >> map([](int v) { return v; }), round >> round);

// expect: weir: flow(statement, ...): each statement is a chain
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"alone"> alone;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> for_each([](int) {}), alone);

// expect: weir: at_node has no room for this further input
// expect: union_()
// expect: {"doubled"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"doubled"> doubled;

auto const broken = flow(  // here
    doubled = map([](int v) { return 2 * v; }) >> for_each([](int) {}),
    source_iter(std::vector{1, 2, 3}) >> doubled, source_iter(std::vector{1, 2, 3}) >> doubled);

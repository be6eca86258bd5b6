// expect: weir: an output of at_node goes nowhere
// expect: {"doubled"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"doubled"> doubled;

auto const broken = flow(  // here
    doubled = map([](int v) { return 2 * v; }), source_iter(std::vector{1, 2, 3}) >> doubled);

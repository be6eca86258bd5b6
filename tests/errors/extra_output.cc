// expect: weir: the output of at_node is used twice
// expect: tee()
// expect: {"doubled"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"doubled"> doubled;

auto const broken = flow(  // here
    doubled = source_iter(std::vector{1, 2, 3}) >> map([](int v) { return 2 * v; }),
    doubled >> for_each([](int) {}), doubled >> for_each([](int) {}));

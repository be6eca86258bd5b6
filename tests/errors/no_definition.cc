// expect: weir: `node = ...` defines a node as an operator, a chain, or another node
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"doubled"> doubled;

auto const broken = flow(
    doubled = [](int v) { return 2 * v; },  // here
    source_iter(std::vector{1, 2, 3}) >> doubled >> for_each([](int) {}));

// expect: weir: all inputs of at_node must carry one type
// expect: {"fresh"}
// expect: {"neg"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"fresh"> fresh;

auto const broken = flow(  // here
    fresh = difference() >> for_each([](int) {}), source_iter(std::vector{1, 2, 3}) >> fresh[pos],
    source_iter(std::vector<std::pair<int, int>>{}) >> fresh[neg]);

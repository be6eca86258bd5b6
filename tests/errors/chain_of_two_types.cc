// expect: weir: all inputs of at_node must carry one type
// expect: {"c"}
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"c"> c;

auto const broken = flow(  // here
    source_iter(std::vector{1}) >> c[_0], source_iter(std::vector<std::string>{}) >> c[_1],
    c = chain() >> for_each([](auto const&) {}));

// expect: weir: at_node has no input at_port
// expect: {"only_new"}
// expect: {"0"}
// expect: {"pos"}
// expect: {"neg"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"only_new"> only_new;

auto const broken = flow(  // here
    only_new = difference() >> for_each([](int) {}),
    source_iter(std::vector{1, 2, 3}) >> only_new[_0],
    source_iter(std::vector{1, 2, 3}) >> only_new[neg]);

// expect: weir: an input of at_node is not connected
// expect: {"my_join"}
// expect: {"1"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"my_join"> my_join;

auto const broken = flow(  // here
    my_join = join(), source_iter(std::vector<std::pair<int, int>>{}) >> my_join[_0],
    my_join >> for_each([](int, auto) {}));

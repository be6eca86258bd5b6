// expect: weir: for_each(f): f cannot be called with the Item it receives
// expect: {"my_join"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"my_join"> my_join;

auto const broken = flow(  // here
    my_join = join(), source_iter(std::vector<std::pair<int, int>>{}) >> my_join[_0],
    source_iter(std::vector<std::pair<int, int>>{}) >> my_join[_1],
    my_join >> for_each([](int, int, int) {}));

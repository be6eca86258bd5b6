// expect: weir: join(), join_multiset(): the keys of inputs [0] and [1]
// expect: {"my_join"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"my_join"> my_join;

auto const broken = flow(  // here
    my_join = join() >> for_each([](int, auto) {}),
    source_iter(std::vector<std::pair<long, int>>{}) >> my_join[_0],
    source_iter(std::vector<std::pair<int, int>>{}) >> my_join[_1]);

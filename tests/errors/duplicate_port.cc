// expect: weir: at_port of at_node is connected twice
// expect: union_()
// expect: {"pairs"}
// expect: {"1"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"pairs"> pairs;

auto const broken = flow(  // here
    pairs = join() >> for_each([](int, auto) {}),
    source_iter(std::vector<std::pair<int, int>>{}) >> pairs[_1],
    source_iter(std::vector<std::pair<int, int>>{}) >> pairs[_1]);

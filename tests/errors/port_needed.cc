// expect: weir: at_node has several inputs; say which one
// expect: {"pairs"}
// expect: {"0"}
// expect: {"1"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"pairs"> pairs;

auto const broken = flow(  // here
    pairs = join() >> for_each([](int, auto) {}),
    source_iter(std::vector<std::pair<int, int>>{}) >> pairs,
    source_iter(std::vector<std::pair<int, int>>{}) >> pairs[_1]);

// expect: weir: at_node stands for a port already
// expect: {"left"}
// expect: {"1"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"pairs"> pairs;
static constexpr node<"left"> left;

auto const broken = flow(  // here
    pairs = join() >> for_each([](int, auto) {}), left = pairs[_0],
    source_iter(std::vector<std::pair<int, int>>{}) >> left[_1],
    source_iter(std::vector<std::pair<int, int>>{}) >> pairs[_1]);

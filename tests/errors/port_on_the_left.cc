// expect: weir: at_port of at_node stands on the left of `>>`
// expect: {"pairs"}
// expect: {"0"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"pairs"> pairs;

auto const broken = flow(  // here
    pairs = join(), source_iter(std::vector<std::pair<int, int>>{}) >> pairs[_0],
    source_iter(std::vector<std::pair<int, int>>{}) >> pairs[_1],
    pairs[_0] >> for_each([](int, auto) {}));

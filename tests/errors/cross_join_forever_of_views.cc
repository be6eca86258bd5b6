// expect: weir: cross_join(forever), cross_join_multiset(forever): the items, A and B, hold a View
// expect: own()
// expect: {"pairs"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"pairs"> pairs;

auto const broken = flow(  // here
    pairs = cross_join_multiset(tick, forever) >> for_each([](auto const&) {}),
    source_iter(std::vector<int>{}) >> pairs[_0], source_iter(std::vector<View>{}) >> pairs[_1]);

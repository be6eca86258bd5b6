// expect: weir: cross_join(): the items, A and B, need operator== and a hash
// expect: cross_join_multiset()
// expect: {"pairs"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"pairs"> pairs;

struct Plain {};

auto const broken = flow(  // here
    pairs = cross_join() >> for_each([](auto const&) {}),
    source_iter(std::vector<Plain>{}) >> pairs[_0], source_iter(std::vector<int>{}) >> pairs[_1]);

// expect: weir: cross_join(), cross_join_multiset(): a pair is made of copies
// expect: {"pairs"}
#include <memory>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"pairs"> pairs;

auto const broken = flow(  // here
    pairs = cross_join_multiset() >> for_each([](auto const&) {}),
    source_iter(std::vector<int>{}) >> pairs[_0],
    source_iter(std::vector<int>{}) >> map([](int v) { return std::make_unique<int>(v); }) >>
        pairs[_1]);

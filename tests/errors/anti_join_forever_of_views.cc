// expect: weir: anti_join(forever): the items hold a View
// expect: own()
// expect: {"rest"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"rest"> rest;

auto const broken = flow(  // here
    rest = anti_join(forever, tick) >> for_each([](auto const&) {}),
    source_iter(std::vector<std::pair<int, View>>{}) >> rest[pos],
    source_iter(std::vector<int>{}) >> rest[neg]);

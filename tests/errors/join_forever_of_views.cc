// expect: weir: join(forever), join_multiset(forever): the items hold a View
// expect: own()
// expect: {"known"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"known"> known;

auto const broken = flow(  // here
    known = join(forever, tick) >> for_each([](int, auto) {}),
    source_iter(std::vector<std::pair<int, View>>{}) >> known[_0],
    source_iter(std::vector<std::pair<int, int>>{}) >> known[_1]);

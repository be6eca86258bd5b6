// expect: weir: zip(forever): the items hold a View
// expect: own()
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"z"> z;

auto const broken = flow(  // here
    source_iter(std::vector{1}) >> z[_0], source_iter(std::vector<View>{}) >> z[_1],
    z = zip(tick, forever) >> for_each([](auto const&) {}));

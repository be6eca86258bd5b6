// expect: weir: zip_longest() pairs what comes in one tick
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"z"> z;

auto const broken = flow(source_iter(std::vector{1}) >> z[_0], source_iter(std::vector{2}) >> z[_1],
                         z = zip_longest(forever) >> for_each([](auto const&) {}));  // here

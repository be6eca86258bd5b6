// expect: weir: unique(forever): the Item holds a View
// expect: own()
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<View>{}) >> unique(forever) >> for_each([](View) {}));

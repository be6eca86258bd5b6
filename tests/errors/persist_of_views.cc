// expect: weir: persist(): the Item holds a View
// expect: own()
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<View>{}) >> persist() >> for_each([](View) {}));

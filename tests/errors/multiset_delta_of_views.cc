// expect: weir: multiset_delta(): the Item holds a View
// expect: own()
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<View>{}) >> multiset_delta() >> for_each([](View) {}));

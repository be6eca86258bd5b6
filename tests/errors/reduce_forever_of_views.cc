// expect: weir: reduce(forever): the Item holds a View
// expect: own()
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<View>{}) >> reduce(forever, [](View& all, View one) { all = one; }) >>
    for_each([](View) {}));

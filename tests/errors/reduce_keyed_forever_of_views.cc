// expect: weir: reduce_keyed(forever): the Item holds a View
// expect: own()
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<std::pair<int, View>>{}) >>
    reduce_keyed(forever, [](View& all, View one) { all = one; }) >> for_each([](int, View) {}));

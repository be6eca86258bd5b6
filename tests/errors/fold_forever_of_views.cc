// expect: weir: fold(forever): what it accumulates holds a View
// expect: own()
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<View>{}) >>
    fold(
        forever, [] { return std::vector<View>(); },
        [](std::vector<View>& all, View one) { all.push_back(one); }) >>
    for_each([](auto const&) {}));

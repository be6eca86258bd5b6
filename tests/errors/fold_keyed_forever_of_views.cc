// expect: weir: fold_keyed(forever): the key or what it accumulates holds a View
// expect: own()
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<std::pair<View, int>>{}) >>
    fold_keyed(
        forever, [] { return 0; }, [](int& sum, int v) { sum += v; }) >>
    for_each([](View, int) {}));

// expect: weir: fold_keyed(init, f): init must be a function
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<std::pair<int, int>>{}) >>
    fold_keyed(0, [](int& sum, int v) { sum += v; }) >> for_each([](int, int) {}));

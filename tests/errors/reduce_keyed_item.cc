// expect: weir: reduce_keyed(): the Item must be a pair or tuple (key, value)
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> reduce_keyed([](int& sum, int v) { sum += v; }) >>
    for_each([](int, int) {}));

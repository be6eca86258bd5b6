// expect: weir: reduce_keyed(): f takes the accumulated by value and returns another
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<std::pair<int, int>>{}) >>
    reduce_keyed([](int a, int b) { return a + b; }) >> for_each([](int, int) {}));

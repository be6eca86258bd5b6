// expect: weir: map(f): f must return what is to go on
// expect: inspect
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> map([](int) {}) >> for_each([](int) {}));

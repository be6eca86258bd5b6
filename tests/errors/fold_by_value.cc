// expect: weir: fold(init, f): f takes the accumulated by value and returns another
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >>
    fold([] { return 0; }, [](int a, int b) { return a + b; }) >> for_each([](int) {}));

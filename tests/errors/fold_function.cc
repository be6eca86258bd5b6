// expect: weir: fold(init, f): f must be callable as f(accumulated&, Item)
// expect: {"fold"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >>
    fold([] { return 0; }, [](int a, int b, int c) { return a + b + c; }) >> for_each([](int) {}));

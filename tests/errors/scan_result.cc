// expect: weir: scan(init, f): f must return an optional
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >>
    scan([] { return 0; }, [](int& all, int v) { all += v; }) >> for_each([](int) {}));

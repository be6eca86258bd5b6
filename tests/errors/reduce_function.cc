// expect: weir: reduce(f): f must be callable as f(accumulated&, Item)
// expect: {"reduce"}
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> reduce([](std::string& all, int v) { all += v; }) >>
    for_each([](int) {}));

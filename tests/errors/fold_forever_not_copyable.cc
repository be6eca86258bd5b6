// expect: weir: fold(forever): what it accumulates is given and kept
#include <memory>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> fold(
                                             forever, [] { return std::make_unique<int>(); },
                                             [](std::unique_ptr<int>& all, int v) { *all += v; }) >>
    for_each([](auto const&) {}));

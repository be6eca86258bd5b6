// expect: weir: decode(): takes a View, or a pair (from, View)
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> decode(TextCodec{}, [](auto const&) {}) >>
    for_each([](auto const&) {}));

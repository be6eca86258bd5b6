// expect: weir: decode(codec, on_malformed): on_malformed cannot be called
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<View>{}) >> decode(TextCodec{}, [](int) {}) >>
    for_each([](auto const&) {}));

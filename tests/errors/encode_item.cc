// expect: weir: encode(codec): takes the codec's value_type, or a pair (to, value_type)
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<std::pair<int, int>>{}) >> encode(TextCodec{}) >>
    for_each([](View) {}));

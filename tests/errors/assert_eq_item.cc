// expect: weir: assert_eq(range): the elements of the range cannot be compared with the Item
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<std::string>{}) >> assert_eq({1, 2}));

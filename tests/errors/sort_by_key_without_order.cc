// expect: weir: sort_by_key(f): what f gives has no operator<
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

struct Plain {};

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> sort_by_key([](int) { return Plain(); }) >>
    for_each([](int) {}));

// expect: weir: sort(): the Item has no operator<
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

struct Plain {};

auto const broken = flow(  // here
    source_iter(std::vector<Plain>{}) >> sort() >> for_each([](Plain) {}));

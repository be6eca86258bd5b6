// expect: weir: assert_(f): f cannot be called with the Item it receives
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> assert_([](std::string) { return true; }));

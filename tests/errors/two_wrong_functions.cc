// expect: weir: map(f): f cannot be called with the Item
// expect: {"map"}
// expect: {"source_iter"}
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> map([](std::string s) { return s; }) >>
    filter([](int) { return 1; }) >> map([](std::string s) { return s; }) >> for_each([](int*) {}));

// expect: weir: filter(f): f must return bool
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<std::string>{}) >> filter([](std::string s) { return s; }) >>
    for_each([](std::string const&) {}));

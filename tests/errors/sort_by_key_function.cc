// expect: weir: sort_by_key(f): f cannot be called with the Item
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >>
    sort_by_key([](std::string const& text) { return text.size(); }) >> for_each([](int) {}));

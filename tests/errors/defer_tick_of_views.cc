// expect: weir: defer_tick(): the Item holds a View
// expect: own()
// expect: {"later"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"later"> later;

auto const broken = flow(  // here
    source_iter(std::vector<View>{}) >> later, later = defer_tick(),
    later >> for_each([](View) {}));

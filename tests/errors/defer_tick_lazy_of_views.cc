// expect: weir: defer_tick_lazy(): the Item holds a View
// expect: own()
// expect: {"later"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"later"> later;

auto const broken = flow(  // here
    source_iter(std::vector<View>{}) >> later, later = defer_tick_lazy(),
    later >> for_each([](View) {}));

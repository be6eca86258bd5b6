// expect: weir: demux(f): f must return a value of an enum
// expect: {"colours"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"colours"> colours;

auto const broken = flow(  // here
    colours = source_iter(std::vector{1, 2}) >> demux([](int v) { return v; }),
    colours[otherwise] >> null());

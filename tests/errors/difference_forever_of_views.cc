// expect: weir: difference(forever): the items hold a View
// expect: own()
// expect: {"fresh"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"fresh"> fresh;

auto const broken = flow(  // here
    fresh = difference(tick, forever) >> for_each([](View) {}),
    source_iter(std::vector<View>{}) >> fresh[pos], source_iter(std::vector<View>{}) >> fresh[neg]);

// expect: weir: difference(forever): what is kept is given again
// expect: use difference(tick, forever)
// expect: {"fresh"}
#include <memory>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"fresh"> fresh;

auto const broken = flow(  // here
    fresh = difference(forever) >> for_each([](auto const&) {}),
    source_iter(std::vector<int>{}) >> map([](int v) { return std::make_unique<int>(v); }) >>
        fresh[pos],
    source_iter(std::vector<int>{}) >> map([](int v) { return std::make_unique<int>(v); }) >>
        fresh[neg]);

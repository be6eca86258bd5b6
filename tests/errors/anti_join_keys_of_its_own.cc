// expect: weir: anti_join(): input [pos] must carry pairs (key, value), as Item, and [neg] keys
// expect: {"fresh"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"fresh"> fresh;

auto const broken = flow(  // here
    source_iter(std::vector<std::pair<int, int>>{}) >> fresh[pos],
    fresh = anti_join(tick, forever) >> tee(), fresh >> defer_tick() >> fresh[neg],
    fresh >> for_each([](int, int) {}));

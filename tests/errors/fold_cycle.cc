// expect: weir: at_node waits for all of its input
// expect: defer_tick()
// expect: {"fold"}
// (D7 fold_cycle: a fold that waits for its own result has no result.)
#include <algorithm>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"f"> f;

auto const broken = flow(  // here
    source_iter(std::vector{1}) >> f,
    f = union_() >>
        fold(
            forever, [] { return 0; }, [](int& most, int v) { most = std::max(most, v); }) >>
        map([](int v) { return v + 1; }) >> filter([](int v) { return v < 255; }) >> tee(),
    f >> f, f >> for_each([](int) {}));

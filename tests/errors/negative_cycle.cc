// expect: weir: at_node waits for all of its input
// expect: defer_tick()
// expect: {"only_new"}
// expect: {"neg"}
// expect: {"map"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"only_new"> only_new;

auto const broken = flow(  // here
    only_new = difference() >> tee(), source_iter(std::vector{1, 2, 3}) >> only_new[pos],
    only_new >> map([](int v) { return v; }) >> only_new[neg], only_new >> for_each([](int) {}));

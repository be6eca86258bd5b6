// expect: weir: at_node is used in this flow but never defined
// expect: {"reeched"}
// expect: {"map"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"reached"> reached;
static constexpr node<"reeched"> reeched;

auto const broken = flow(  // here
    reached = union_(), source_iter(std::vector{1, 2, 3}) >> reached,
    reached >> map([](int v) { return v; }) >> reeched, reached >> for_each([](int) {}));

// expect: weir: the item type of at_node cannot be known
// expect: {"rest"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"rest"> rest;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> rest[neg], rest = anti_join() >> tee(),
    rest >> defer_tick() >> rest[pos], rest >> for_each([](int, int) {}));

// expect: weir: anti_join(): input [pos] must carry pairs (key, value), as Item, and [neg] keys
// expect: {"rest"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"rest"> rest;

auto const broken = flow(  // here
    rest = anti_join() >> for_each([](int, int) {}),
    source_iter(std::vector<std::pair<int, int>>{}) >> rest[pos],
    source_iter(std::vector<long>{}) >> rest[neg]);

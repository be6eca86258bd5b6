// expect: weir: unzip(): the Item it receives is no pair
// expect: {"parts"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"parts"> parts;

auto const broken = flow(  // here
    parts = source_iter(std::vector{1, 2, 3}) >> unzip(), parts[_0] >> null(), parts[_1] >> null());

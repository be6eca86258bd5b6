// expect: weir: demux(): the Item it receives is no std::variant, no enum and no pair
// expect: {"requests"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"requests"> requests;

auto const broken = flow(  // here
    requests = source_iter(std::vector{1, 2, 3}) >> demux(), requests[is<int>] >> null());

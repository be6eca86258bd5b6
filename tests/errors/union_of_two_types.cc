// expect: weir: all inputs of at_node must carry one type
// expect: {"all"}
// expect: {"source_iter"}
// expect: int
// expect: string
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"all"> all;

auto const broken = flow(  // here
    all = union_() >> for_each([](auto const&) {}), source_iter(std::vector{1, 2, 3}) >> all,
    source_iter(std::vector<std::string>{}) >> all);

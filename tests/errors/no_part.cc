// expect: weir: `>>` connects operators, nodes and chains
// expect: tee()
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"all"> all;

auto const broken = flow(source_iter(std::vector{1, 2, 3}) >> tee >> all,  // here
                         all = union_() >> for_each([](int) {}));

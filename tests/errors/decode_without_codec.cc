// expect: Codec = int
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"all"> all;

auto const broken = flow(source_iter(std::vector<View>{}) >> decode(5, [](View) {}) >> all,  // here
                         all = union_() >> for_each([](int) {}));

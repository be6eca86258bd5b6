// expect: weir: at_node gives each Item to several others, but an Item cannot be copied
// expect: {"split"}
// expect: unique_ptr
#include <memory>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"split"> split;

auto const broken = flow(  // here
    split = source_iter(std::vector<int>{}) >>
            map([](int v) { return std::make_unique<int>(v); }) >> tee(),
    split >> for_each([](auto const&) {}), split >> for_each([](auto const&) {}));

// expect: weir: flat_map(f): f returns a std::initializer_list
// expect: return a std::array
// expect: {"both"}
#include <initializer_list>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"both"> both;

auto const broken = flow(  // here
    both = flat_map([](int v) {
      return std::initializer_list<int>{v, -v};
    }),
    source_iter(std::vector{1}) >> both, both >> for_each([](int) {}));

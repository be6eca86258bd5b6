// expect: weir: anti_join(forever): what is kept is given again
// expect: use anti_join(tick, forever)
// expect: {"rest"}
#include <memory>
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"rest"> rest;

auto const broken = flow(  // here
    rest = anti_join(forever) >> for_each([](auto const&) {}),
    source_iter(std::vector<int>{}) >> map([](int v) {
      return std::pair{v, std::make_unique<int>(v)};
    }) >>
        rest[pos],
    source_iter(std::vector<int>{}) >> rest[neg]);

// expect: weir: anti_join(): keys need operator== and a hash
// expect: {"rest"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"rest"> rest;

struct Plain {};

auto const broken = flow(  // here
    rest = anti_join() >> for_each([](auto const&) {}),
    source_iter(std::vector<std::pair<Plain, int>>{}) >> rest[pos],
    source_iter(std::vector<Plain>{}) >> rest[neg]);

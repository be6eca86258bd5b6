// expect: weir: join(), join_multiset(): keys need operator== and a hash
// expect: {"my_join"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"my_join"> my_join;

struct Plain {};

auto const broken = flow(  // here
    my_join = join() >> for_each([](auto const&) {}),
    source_iter(std::vector<std::pair<Plain, int>>{}) >> my_join[_0],
    source_iter(std::vector<std::pair<Plain, int>>{}) >> my_join[_1]);

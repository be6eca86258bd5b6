// expect: weir: join(), join_multiset(): a match is made of copies
// expect: {"my_join"}
#include <memory>
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"my_join"> my_join;

auto const broken = flow(  // here
    my_join = join_multiset() >> for_each([](auto const&) {}),
    source_iter(std::vector<int>{}) >> map([](int v) {
      return std::pair{v, std::make_unique<int>(v)};
    }) >>
        my_join[_0],
    source_iter(std::vector<std::pair<int, int>>{}) >> my_join[_1]);

// expect: weir: multiset_delta(): the Item needs operator== and a hash
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<std::vector<int>>{}) >> multiset_delta() >>
    for_each([](auto const&) {}));

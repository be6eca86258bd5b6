// expect: weir: reduce_keyed(f): f must be callable as f(accumulated&, value)
#include <string>
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<std::pair<int, int>>{}) >>
    reduce_keyed([](std::string& all, int v) { all += v; }) >> for_each([](int, int) {}));

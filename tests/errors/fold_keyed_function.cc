// expect: weir: fold_keyed(init, f): f must be callable as f(accumulated&, value)
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<std::pair<int, int>>{}) >>
    fold_keyed([] { return 0; }, [](int key, int& sum, int v) { sum += key * v; }) >>
    for_each([](int, int) {}));

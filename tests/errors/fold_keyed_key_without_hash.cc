// expect: weir: fold_keyed(): the key needs operator== and a hash
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

struct Plain {};

auto const broken = flow(  // here
    source_iter(std::vector<std::pair<Plain, int>>{}) >>
    fold_keyed([] { return 0; }, [](int& sum, int v) { sum += v; }) >> for_each([](Plain, int) {}));

// expect: weir: flatten<T>(): the elements of the Item it receives are of another type
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<std::string>{}) >> flatten<int>() >> for_each([](int) {}));

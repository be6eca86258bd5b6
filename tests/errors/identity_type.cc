// expect: weir: identity<T>(): the Item it receives is of another type
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> identity<long>() >> for_each([](long) {}));

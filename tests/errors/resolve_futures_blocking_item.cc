// expect: weir: resolve_futures() and its kin: the items are not awaitable
#include <coroutine>
#include <optional>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/resolve_futures.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> resolve_futures_blocking_ordered() >>
    for_each([](int) {}));

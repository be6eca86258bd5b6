// expect: weir: scan_async(init, f): f must be callable as f(accumulated&, Item)
#include <coroutine>
#include <optional>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/scan_async.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2}) >> scan_async([] { return 0; }, [](int&) { return 1; }) >>
    null());

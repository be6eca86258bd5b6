// expect: weir: flatten_stream(): the items are not async streams
#include <coroutine>
#include <optional>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/flatten_stream.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> flatten_stream() >> for_each([](int) {}));

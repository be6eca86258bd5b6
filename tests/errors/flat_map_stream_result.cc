// expect: weir: flat_map_stream(f): f must return an async stream
#include <coroutine>
#include <optional>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/flatten_stream.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2}) >> flat_map_stream_blocking([](int v) { return v; }) >> null());

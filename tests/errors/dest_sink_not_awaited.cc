// expect: weir: dest_sink(f): f(item) must return something to co_await
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/sink.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<int>{}) >> dest_sink([](int number) { return number + 1; }));

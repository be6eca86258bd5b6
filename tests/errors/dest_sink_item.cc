// expect: weir: dest_sink(sink): sink.try_push(item) must take the Item
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/sink.h"

using namespace weir;

static BoundedSink<int> numbers(5);

auto const broken = flow(  // here
    source_iter(std::vector<std::string>{}) >> dest_sink(numbers));

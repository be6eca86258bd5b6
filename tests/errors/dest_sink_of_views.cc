// expect: weir: dest_sink(sink): the sink would keep a View
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/sink.h"

using namespace weir;

static BoundedSink<View> views(5);

auto const broken = flow(  // here
    source_iter(std::vector<View>{}) >> dest_sink(views));

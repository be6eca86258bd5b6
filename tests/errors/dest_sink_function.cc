// expect: weir: dest_sink(f): f cannot be called with the Item it receives
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/eager.h"
#include "weir/io/sink.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<int>{}) >> dest_sink([](std::string) -> Eager { co_return; }));

// expect: weir: scan(forever): what it accumulates holds a View
// expect: own()
#include <optional>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

auto const broken = flow(  // here
    source_iter(std::vector<View>{}) >>
    scan(
        forever, [] { return View(); }, [](View& last, View) { return std::optional(last); }) >>
    for_each([](View) {}));

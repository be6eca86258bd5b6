// expect: weir: demux(f): f cannot be called with the Item it receives
// expect: {"colours"}
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

enum class Colour { red, green };
static constexpr node<"colours"> colours;

auto const broken = flow(  // here
    colours = source_iter(std::vector{1, 2}) >> demux([](std::string) { return Colour::red; }),
    colours[otherwise] >> null());

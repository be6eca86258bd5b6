// expect: weir: items of at_node go to at_port, but that is not connected
// expect: {"colours"}
// expect: {"otherwise"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

enum class Colour { red, green };
static constexpr node<"colours"> colours;

auto const broken = flow(  // here
    colours = source_iter(std::vector{Colour::red}) >> demux());

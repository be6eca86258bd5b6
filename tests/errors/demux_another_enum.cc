// expect: weir: at_port is no output of at_node
// expect: {"colours"}
// expect: {"Sound::loud = 0"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

enum class Colour { red, green };
enum class Sound { loud, quiet };
static constexpr node<"colours"> colours;

auto const broken = flow(  // here
    colours = source_iter(std::vector{Colour::red}) >> demux(),
    colours[when<Colour::red>] >> null(), colours[when<Sound::loud>] >> null());

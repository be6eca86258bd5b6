// expect: weir: items of at_node go to at_port, but that is not connected
// expect: {"requests"}
// expect: {"Get"}
// expect: null()
#include <variant>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

struct Put {};
struct Get {};
static constexpr node<"requests"> requests;

auto const broken = flow(  // here
    requests = source_iter(std::vector<std::variant<Put, Get>>{}) >> demux(),
    requests[is<Put>] >> null());

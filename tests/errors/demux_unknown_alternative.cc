// expect: weir: at_port is no output of at_node
// expect: {"requests"}
// expect: {"Delete"}
#include <variant>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

struct Put {};
struct Get {};
struct Delete {};
static constexpr node<"requests"> requests;

auto const broken = flow(  // here
    requests = source_iter(std::vector<std::variant<Put, Get>>{}) >> demux(),
    requests[is<Put>] >> null(), requests[is<Get>] >> null(),
    requests[is<Delete>] >> for_each([](Delete) {}));

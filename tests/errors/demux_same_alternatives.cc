// expect: weir: demux(): two alternatives of the Item are of one type
// expect: {"requests"}
#include <variant>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"requests"> requests;

auto const broken = flow(  // here
    requests = source_iter(std::vector<std::variant<int, char, int>>{}) >> demux(),
    requests[is<int>] >> null(), requests[is<char>] >> null());

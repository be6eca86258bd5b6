// expect: weir: dest_tcp(endpoint): takes pairs (ConnectionId, View); encode(codec) makes them
// expect: {"dest_tcp"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/tcp.h"

using namespace weir;

extern Endpoint endpoint;

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> dest_tcp(endpoint));

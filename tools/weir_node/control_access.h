// The ops of a node that runs: HTTP over its control socket (weir/p2p/node_control.h).
#pragma once

#include <memory>

#include "tools/weir_node/ops_access.h"
#include "weir/ring/address.h"

namespace weir::tool {

// Null if nobody listens there.
Result<std::unique_ptr<OpsAccess>> open_control_access(NodeDirectory const& directory);

}  // namespace weir::tool

// The ops of a node that does not run.
#pragma once

#include <memory>

#include "tools/weir_node/ops_access.h"

namespace weir::tool {

Result<std::unique_ptr<OpsAccess>> open_store_access(NodeDirectory const& directory);

}  // namespace weir::tool

#include "tools/weir_node/ops_access.h"

#include <cerrno>
#include <optional>
#include <utility>

#include "tools/weir_node/control_access.h"
#include "tools/weir_node/store_access.h"

namespace weir::tool {

Error not_held(OpId const& id) {
  return {not_held_code, "op " + id.hex() + " is not held; `weir-node want " + id.hex() +
                             "` has the node ask its peers for it"};
}

Result<Op> retrieve_one(OpsAccess& access, OpId const& id) {
  std::optional<Op> found;
  Result<void> const read = access.retrieve({&id, 1}, [&](OpId const&, Op const* op) {
    if (op != nullptr) found = *op;
    return Result<void>();
  });
  if (!read) return read.error();
  if (!found) return not_held(id);
  return std::move(*found);
}

Result<std::unique_ptr<OpsAccess>> open_access(NodeDirectory const& directory) {
  Result<void> is_node = check_node(directory);
  if (!is_node) return is_node.error();
  Result<std::unique_ptr<OpsAccess>> running = open_control_access(directory);
  if (!running || *running != nullptr) return running;
  return open_store_access(directory);
}

}  // namespace weir::tool

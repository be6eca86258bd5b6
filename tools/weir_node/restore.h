// Ops back to files, byte by byte as they were, with their permission bits.
//
// Names come from strangers. Nothing is created outside of the place that was named: each part of a
// path is made or opened below the one before it, and symbolic links are not followed. A file is
// written under another name, checked, and only then given its own; so whoever finds one finds it
// whole. What could do harm among the bits (set-user-id and the like) is not restored.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tools/weir_node/descriptor.h"
#include "tools/weir_node/ops_access.h"
#include "tools/weir_node/progress.h"
#include "weir/p2p/content.h"

namespace weir::tool {

struct Restored {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

class Restorer {
 public:
  // With `force` files that are there are replaced; otherwise nothing is.
  Restorer(OpsAccess& access, Progress& progress, bool force)
      : access_(access), progress_(progress), force_(force) {}

  // A file or a blob to a descriptor.
  Result<void> write(Content const& content, int descriptor, std::string const& name);
  // A file or a blob to a path.
  Result<void> restore_file(Content const& content, std::string const& path);
  // A tree to a directory, which is made.
  Result<void> restore_tree(Content const& tree, std::string const& path);

  Restored const& restored() const { return restored_; }

 private:
  Result<void> restore_at(Content const& content, int directory, std::string const& name,
                          std::string const& path);

  OpsAccess& access_;
  Progress& progress_;
  bool const force_;
  Restored restored_;
};

}  // namespace weir::tool

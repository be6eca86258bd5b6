// Which files of a directory are put into ops.
#pragma once

#include <sys/types.h>
#include <cstdint>
#include <string>
#include <vector>

#include "weir/base/result.h"

namespace weir::tool {

struct SourceFile {
  std::string name;  // its path below the directory, with slashes
  std::uint64_t size = 0;
};

struct SourceFiles {
  std::vector<SourceFile> files;  // sorted by name
  std::uint64_t bytes = 0;
  // What is left out: a tree knows files alone.
  std::uint64_t links = 0;     // symbolic ones
  std::uint64_t specials = 0;  // sockets, pipes, devices
  bool left_out_node = false;
};

// All files below `directory`, but those below `node_directory`: no node gives its key away. Links
// are not followed. Fails for what cannot be read.
Result<SourceFiles> find_files(std::string const& directory, std::string const& node_directory);

}  // namespace weir::tool

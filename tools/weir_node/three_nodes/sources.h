// What is put into the first node: a copy of directories that are there anyway, of a bounded size.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weir/base/result.h"

namespace weir::tool {

struct Copied {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

// Copies the files of `sources` (files and directories; what is not there is left out) below
// `folder`, until bytes_max is reached.
Result<Copied> copy_sources(std::vector<std::string> const& sources, std::string const& folder,
                            std::uint64_t bytes_max);

// One sentence: where two directories differ in their files, contents and permission bits; empty if
// they do not.
Result<std::string> compare_directories(std::string const& a, std::string const& b);

}  // namespace weir::tool

// A running graph for Graphviz, coloured by rate.
#pragma once

#include <string>

#include "tools/weir_top/snapshot.h"
#include "weir/base/result.h"

namespace weir::top {

// One `digraph`: a box for each subgraph with how busy it is, nodes the redder the more passes them
// (by order of magnitude), handoffs with what waits in them. Grey is what nobody counts.
std::string to_dot(Snapshot const& snapshot);

// Has Graphviz's `dot` draw it into that file. One sentence where that does not work.
Result<void> write_svg(std::string const& dot, std::string const& path);

}  // namespace weir::top

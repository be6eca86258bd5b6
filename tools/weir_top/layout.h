// A graph as rows, top to bottom: what follows on another is the next row, and where an output
// branches each branch is a block of rows that is set in.
//
//   ▸ source                  a beginning
//     requests = tee
//     ├ filter                first branch
//     │ reached = union
//     │ map
//     │ → reached             back to what has a row already
//     └ for_each              second branch
//
// Every node has one row, and every edge is one step from row to row, or a row with an arrow.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/weir_top/snapshot.h"

namespace weir::top {

struct Row {
  std::string prefix;
  std::size_t node = 0;
  std::optional<std::size_t> edge;  // on which one comes here; none: a beginning
  bool is_reference = false;        // the node has its row elsewhere
};

enum class Glyphs { unicode, ascii };

// Blocks deeper than that are not set in any further.
inline constexpr std::size_t indent_depth_max = 24;

std::vector<Row> lay_out(Flow const& flow, Glyphs glyphs);

}  // namespace weir::top

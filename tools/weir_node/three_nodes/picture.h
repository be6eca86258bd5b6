// How far the three are, live; and the table at the end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/weir_node/three_nodes/node_process.h"
#include "weir/base/clock.h"

namespace weir::tool {

struct NodeRow {
  std::string name;
  NodeFigures figures{};
  bool is_running = true;
  double seconds = 0;  // until it held everything; 0: not yet
  std::string remark{};
};

// A line for each; on a terminal over the last ones, elsewhere from time to time.
class LivePicture {
 public:
  void show(std::vector<NodeRow> const& rows, std::uint64_t bytes_total);
  // Something that happened, above the picture.
  void say(std::string const& what);

 private:
  void wipe();

  MonotonicClock const clock_;
  Instant due_ = 0;
  std::size_t lines_ = 0;  // on the terminal
};

std::string table_of(std::vector<NodeRow> const& rows);

// "12,345"
std::string with_commas(std::uint64_t number);

}  // namespace weir::tool

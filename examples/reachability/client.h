// A client that streams a graph to the server, asks, and collects the answers as they come.
#pragma once

#include <cstdint>
#include <vector>

#include "examples/reachability/dependency_graph.h"
#include "weir/base/result.h"
#include "weir/ring/address.h"

namespace example {

struct Answers {
  std::vector<bool> reached;  // per vertex
  std::uint64_t count = 0;
  double seconds = 0;
};

// Shows its progress on standard error.
weir::Result<Answers> ask(weir::Address const& server, DependencyGraph const& graph, Vertex start);

}  // namespace example

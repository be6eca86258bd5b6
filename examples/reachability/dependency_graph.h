// A graph to ask questions of: the package dependencies of this distribution, or a plain list of
// edges.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/result.h"

namespace example {

using Vertex = std::uint32_t;
using Edge = std::pair<Vertex, Vertex>;

struct DependencyGraph {
  std::vector<std::string> names;  // of each vertex
  std::vector<Edge> edges;
  std::string origin;  // what it was read from

  // The vertex of that name, or an Error that names the closest one.
  weir::Result<Vertex> find(std::string_view name) const;
};

// Where packages are described: what a command prints, or, where that is nothing, a file.
struct PackageDatabase {
  std::string command = "apt-cache dumpavail";
  std::string status_file = "/var/lib/dpkg/status";
};

// An edge from a package to each package that its Depends and Pre-Depends name.
weir::Result<DependencyGraph> read_packages(PackageDatabase const& database = {});
// One edge a line: two names with white space between them; '#' begins a comment.
weir::Result<DependencyGraph> read_edge_file(std::string const& path);

// The stanzas of a package database, as text, to edges.
DependencyGraph parse_packages(std::string_view text);
weir::Result<DependencyGraph> parse_edges(std::string_view text, std::string const& path);

// How many vertices a plain breadth-first search reaches from `start`, itself included, and which.
std::vector<bool> search(DependencyGraph const& graph, Vertex start);

}  // namespace example

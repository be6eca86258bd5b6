#include "examples/reachability/dependency_graph.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <unordered_map>

namespace example {

namespace {

class GraphBuilder {
 public:
  Vertex vertex(std::string_view name) {
    auto const [found, added] =
        numbers_.try_emplace(std::string(name), static_cast<Vertex>(graph_.names.size()));
    if (added) graph_.names.emplace_back(name);
    return found->second;
  }
  void edge(Vertex from, Vertex to) { graph_.edges.emplace_back(from, to); }
  DependencyGraph take() { return std::move(graph_); }

 private:
  DependencyGraph graph_;
  std::unordered_map<std::string, Vertex> numbers_;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  auto const first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// Calls take(part) for what stands between separators.
template <class Take>
void split(std::string_view text, char separator, Take take) {
  while (!text.empty()) {
    auto const end = std::min(text.find(separator), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// "libc6 (>= 2.34) | libc6.1:any" names libc6 and libc6.1.
void add_dependencies(GraphBuilder& builder, Vertex package, std::string_view field) {
  split(field, ',', [&](std::string_view clause) {
    split(clause, '|', [&](std::string_view alternative) {
      std::string_view const name = trimmed(alternative);
      std::string_view const bare = name.substr(0, name.find_first_of(" \t(:["));
      if (!bare.empty()) builder.edge(package, builder.vertex(bare));
    });
  });
}

std::string output_of(char const* command) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command, "r"), ::pclose);
  std::string text;
  if (!pipe) return text;
  std::vector<char> block(1 << 16);
  while (std::size_t const size = std::fread(block.data(), 1, block.size(), pipe.get())) {
    text.append(block.data(), size);  // ends with the command
  }
  return text;
}

weir::Result<std::string> contents_of(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    int const code = errno;
    return weir::Error{code, "cannot read " + path + ": " + std::strerror(code) +
                                 "; name a readable file with one edge a line"};
  }
  return std::move(text).str();
}

}  // namespace

DependencyGraph parse_packages(std::string_view text) {
  GraphBuilder builder;
  Vertex package = 0;
  bool in_dependencies = false;
  split(text, '\n', [&](std::string_view line) {
    if (!line.empty() && (line[0] == ' ' || line[0] == '\t')) {  // goes on from the line before
      if (in_dependencies) add_dependencies(builder, package, line);
      return;
    }
    auto const colon = line.find(':');
    std::string_view const field = line.substr(0, colon);
    std::string_view const value =
        colon == std::string_view::npos ? std::string_view{} : trimmed(line.substr(colon + 1));
    in_dependencies = field == "Depends" || field == "Pre-Depends";
    if (field == "Package") package = builder.vertex(value);
    if (in_dependencies) add_dependencies(builder, package, value);
  });
  return builder.take();
}

weir::Result<DependencyGraph> parse_edges(std::string_view text, std::string const& path) {
  GraphBuilder builder;
  std::size_t number = 0;
  std::size_t wrong = 0;
  split(text, '\n', [&](std::string_view line) {
    ++number;
    std::string_view const content = trimmed(line.substr(0, line.find('#')));
    if (content.empty() || wrong != 0) return;
    auto const gap = content.find_first_of(" \t");
    std::string_view const to =
        gap == std::string_view::npos ? std::string_view{} : trimmed(content.substr(gap));
    if (to.empty() || to.find_first_of(" \t") != std::string_view::npos) {
      wrong = number;
      return;
    }
    Vertex const from = builder.vertex(content.substr(0, gap));
    builder.edge(from, builder.vertex(to));
  });
  if (wrong != 0) {
    return weir::Error{0, path + ":" + std::to_string(wrong) +
                              ": not an edge; write two names with a blank between them"};
  }
  DependencyGraph graph = builder.take();
  if (graph.edges.empty()) {
    return weir::Error{0, path + " holds no edge; write two names a line with a blank between"};
  }
  graph.origin = path;
  return graph;
}

weir::Result<DependencyGraph> read_edge_file(std::string const& path) {
  weir::Result<std::string> text = contents_of(path);
  if (!text) return text.error();
  return parse_edges(*text, path);
}

weir::Result<DependencyGraph> read_packages(PackageDatabase const& database) {
  DependencyGraph graph = parse_packages(output_of((database.command + " 2>/dev/null").c_str()));
  graph.origin = database.command;
  if (!graph.edges.empty()) return graph;
  if (weir::Result<std::string> text = contents_of(database.status_file)) {
    graph = parse_packages(*text);
    graph.origin = database.status_file;
    if (!graph.edges.empty()) return graph;
  }
  return weir::Error{0, "found no package database: `" + database.command +
                            "` printed no package and " + database.status_file +
                            " holds none; name a list of edges with --edges FILE"};
}

weir::Result<Vertex> DependencyGraph::find(std::string_view name) const {
  auto const found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Vertex>(found - names.begin());
  std::string hint;
  for (std::string const& other : names) {
    bool const near = other.find(name) != std::string::npos;
    if (near && (hint.empty() || other.size() < hint.size())) hint = other;
  }
  std::string message = "no vertex is called \"" + std::string(name) + "\" in " + origin;
  message += hint.empty() ? "; name another with --from NAME" : "; did you mean " + hint + "?";
  return weir::Error{0, std::move(message)};
}

std::vector<bool> search(DependencyGraph const& graph, Vertex start) {
  std::vector<std::vector<Vertex>> next(graph.names.size());
  for (auto const& [from, to] : graph.edges) next[from].push_back(to);
  std::vector<bool> reached(graph.names.size(), false);
  std::vector<Vertex> waiting{start};
  reached[start] = true;
  while (!waiting.empty()) {  // each vertex waits once
    Vertex const vertex = waiting.back();
    waiting.pop_back();
    for (Vertex const to : next[vertex]) {
      if (reached[to]) continue;
      reached[to] = true;
      waiting.push_back(to);
    }
  }
  return reached;
}

}  // namespace example

#include "tools/weir_top/svg.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <utility>

#include "tools/weir_top/picture.h"
#include "weir/plan/escape.h"

extern char** environ;

namespace weir::top {

namespace {

std::string dot_text(std::string_view text) { return '"' + escape(Language::dot, text) + '"'; }

std::string percent(double share) { return short_number(100 * share) + " %"; }

// From white to red, and the writing on it: a step for each power of ten below the highest rate.
struct Colour {
  char const* fill;
  char const* font;
};
constexpr std::array<Colour, 6> colours{{{"#fff5eb", "#000000"},
                                         {"#fdd0a2", "#000000"},
                                         {"#fdae6b", "#000000"},
                                         {"#f16913", "#000000"},
                                         {"#d94801", "#ffffff"},
                                         {"#8c2d04", "#ffffff"}}};
constexpr Colour unknown_colour{"#dddddd", "#000000"};

class Graph {
 public:
  explicit Graph(Snapshot const& snapshot) : snapshot_(snapshot) {
    for (Flow const& flow : snapshot.flows)
      for (Node const& node : flow.nodes)
        if (auto const rate = rate_of(node)) fastest_ = std::max(fastest_, rate->per_second);
  }

  std::string run() {
    text_ =
        "digraph weir {\n"
        "graph [fontname=\"Helvetica\", fontsize=11, fontcolor=\"#333333\", nodesep=0.35, "
        "ranksep=0.4, compound=true, labelloc=t]\n"
        "node [fontname=\"Helvetica\", fontsize=12, shape=box, style=\"filled,rounded\", "
        "height=0.4, margin=\"0.15,0.05\", color=\"#666666\"]\n"
        "edge [fontname=\"Helvetica\", fontsize=10, color=\"#444444\", fontcolor=\"#444444\", "
        "arrowsize=0.7]\n";
    text_ += "label=" +
             dot_text("weir worker " + std::to_string(snapshot_.worker) + ", cpu " +
                      percent(snapshot_.cpu_share) + "; ~ is derived, grey not counted") +
             "\n";
    for (std::size_t f = 0; f < snapshot_.flows.size(); ++f) {
      if (!snapshot_.flows[f].nodes.empty()) add_flow(f);
    }
    return std::move(text_) + "}\n";
  }

 private:
  static std::optional<Rate> rate_of(Node const& node) { return node.in ? node.in : node.out; }

  Colour colour_of(std::optional<Rate> const& rate) const {
    if (!rate) return unknown_colour;
    if (rate->per_second <= 0 || fastest_ <= 0) return colours[0];
    double const below = std::log10(fastest_ / rate->per_second);
    double const step = std::max(1.0, static_cast<double>(colours.size() - 1) - std::floor(below));
    return colours[static_cast<std::size_t>(step)];
  }
  static std::string shown(std::optional<Rate> const& rate) {
    if (!rate) return {};
    return (rate->derived ? "~" : "") + short_number(rate->per_second) + "/s";
  }
  static std::string node_id(std::size_t flow, std::size_t node) {
    return "f" + std::to_string(flow) + "n" + std::to_string(node);
  }

  void add_flow(std::size_t f) {
    Flow const& flow = snapshot_.flows[f];
    std::string title = "flow " + flow.name + ", " + flow.state + ", " +
                        short_number(flow.ticks_per_second) + " ticks/s, busy " +
                        percent(flow.busy_share);
    if (flow.held) title += ", HELD";
    if (!flow.failed_node.empty()) title += "\n" + flow.failed_node + ": " + flow.failed_what;
    bool const well = flow.state == "running" && !flow.held;
    open_box("flow_" + std::to_string(f), title, "#ffffff", well ? "#999999" : "#cc0000");
    nodes_.assign(flow.subgraphs.size(), {});
    for (std::size_t n = 0; n < flow.nodes.size(); ++n) {
      if (auto const subgraph = flow.nodes[n].subgraph) nodes_[*subgraph].push_back(n);
      else add_node(f, n);
    }
    add_boxes(f, std::nullopt);
    for (std::size_t e = 0; e < flow.edges.size(); ++e) add_edge(f, e);
    text_ += "}\n";
  }

  // The subgraphs of a loop, with the loops inside; of none.
  void add_boxes(std::size_t f, std::optional<std::size_t> loop) {
    Flow const& flow = snapshot_.flows[f];
    std::string const before = "f" + std::to_string(f);
    for (std::size_t s = 0; s < flow.subgraphs.size(); ++s) {
      Subgraph const& one = flow.subgraphs[s];
      if (one.loop != loop || nodes_[s].empty()) continue;
      open_box(before + "s" + std::to_string(s),
               "subgraph " + std::to_string(s) + ", stratum " + std::to_string(one.stratum) +
                   ": busy " + percent(one.busy_share) + ", " + short_number(one.runs_per_second) +
                   " runs/s",
               "#f4f4f4", "#aaaaaa");
      for (std::size_t const n : nodes_[s]) add_node(f, n);
      text_ += "}\n";
    }
    for (std::size_t l = 0; l < flow.loops.size(); ++l) {  // at most loops_nested_max deep
      if (flow.loops[l].parent != loop) continue;
      open_box(before + "l" + std::to_string(l), "loop " + flow.loops[l].name, "#eaf4ea",
               "#88aa88");
      add_boxes(f, l);
      text_ += "}\n";
    }
  }
  void open_box(std::string const& id, std::string const& title, char const* fill,
                char const* line) {
    text_ += "subgraph cluster_" + id + " {\nlabel=" + dot_text(title) +
             "; labeljust=l; margin=12; style=\"filled,rounded\"; fillcolor=\"" + fill +
             "\"; color=\"" + line + "\"\n";
  }

  void add_node(std::size_t f, std::size_t n) {
    Node const& node = snapshot_.flows[f].nodes[n];
    text_ += node_id(f, n) + " [label=";
    if (!node.subgraph) {
      text_ += dot_text(title_of(node)) + ", shape=plaintext, style=\"\"]\n";
      return;
    }
    std::string label = title_of(node);
    std::string const in = shown(node.in);
    std::string const out = shown(node.out);
    bool const same = node.in && node.out && node.in->per_second == node.out->per_second;
    if (!in.empty()) label += "\n" + in;
    if (!out.empty() && !same) label += (in.empty() ? "\n→ " : " → ") + out;
    Colour const colour = colour_of(rate_of(node));
    text_ += dot_text(label) + ", fillcolor=\"" + colour.fill + "\", fontcolor=\"" + colour.font +
             "\"]\n";
  }

  void add_edge(std::size_t f, std::size_t e) {
    Edge const& edge = snapshot_.flows[f].edges[e];
    std::string const source = node_id(f, edge.source);
    std::string const target = node_id(f, edge.target);
    std::string const port = edge.target_port.empty() ? "" : " " + edge.target_port;
    if (edge.kind != "handoff") {
      text_ += source + " -> " + target + " [label=" + dot_text(port) + width_of_line(edge.read) +
               (edge.kind == "blocking" ? ", color=\"#dd0000\"" : "") + "]\n";
      return;
    }
    std::string const id = "f" + std::to_string(f) + "h" + std::to_string(e);
    std::string label = edge.delay == "none" ? "handoff" : "next " + edge.delay;
    if (edge.depth) {
      label = short_number(static_cast<double>(*edge.depth)) + " wait, most " +
              short_number(static_cast<double>(edge.high_water));
      if (edge.delay != "none") label += "\n" + edge.delay;
    }
    bool const waits = edge.depth.value_or(0) > 0;
    text_ += id + " [label=" + dot_text(label) +
             ", shape=parallelogram, style=filled, fontsize=10, height=0.3, "
             "margin=\"0,0.03\", fillcolor=\"" +
             (waits ? "#ffcccc" : "#ffffff") + "\"]\n";
    text_ += source + " -> " + id + " [arrowhead=none" + width_of_line(edge.written) + "]\n";
    text_ += id + " -> " + target + " [label=" + dot_text(port) + width_of_line(edge.read) +
             (edge.delay == "none" ? "" : ", style=dashed") + "]\n";
  }
  std::string width_of_line(std::optional<Rate> const& rate) const {
    if (!rate || rate->per_second <= 0 || fastest_ <= 0) return {};
    double const below = std::log10(fastest_ / rate->per_second);
    return ", penwidth=" + short_number(std::max(1.0, 4 - below));
  }

  Snapshot const& snapshot_;
  double fastest_ = 0;
  std::vector<std::vector<std::size_t>> nodes_;  // of each subgraph of the flow that is drawn
  std::string text_;
};

Error failed(std::string const& what, int code) {
  return {code, what + ": " + std::strerror(code)};
}

// All of it, or false: who reads has gone.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {  // a write moves at least one byte
    ssize_t const written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::string to_dot(Snapshot const& snapshot) { return Graph(snapshot).run(); }

Result<void> write_svg(std::string const& dot, std::string const& path) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return failed("cannot make a pipe", errno);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[0], STDIN_FILENO);
  std::array<std::string, 4> words{"dot", "-Tsvg", "-o", path};
  std::array<char*, 5> arguments{};
  std::transform(words.begin(), words.end(), arguments.begin(),
                 [](std::string& word) { return word.data(); });
  pid_t child = 0;
  int const code = ::posix_spawnp(&child, "dot", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[0]);
  if (code != 0) {
    ::close(pipe[1]);
    return failed("cannot run Graphviz's `dot` (Debian: graphviz)", code);
  }
  bool const whole = write_all(pipe[1], dot);
  ::close(pipe[1]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (whole && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Error{0, "Graphviz's `dot` could not draw " + path};
}

}  // namespace weir::top

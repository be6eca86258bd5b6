#include "tools/weir_top/picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace weir::top {

namespace {

// The columns behind the name, from left to right.
constexpr std::size_t rate_width = 8;
constexpr std::size_t bar_width = 12;
constexpr std::size_t waiting_width = 13;
constexpr std::size_t busy_width = 7;
constexpr std::size_t subgraph_width = 5;
constexpr std::size_t name_width_min = 20;
constexpr std::size_t bytes_width = 12;

std::string right(std::string text, std::size_t width) {
  std::size_t const is = width_of(text);
  return is < width ? std::string(width - is, ' ') + text : text;
}

std::string percent(double share) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), share < 0.0995 ? "%.1f%%" : "%.0f%%", 100 * share);
  return text.data();
}

// Three digits that count.
std::string three_digits(double number) {
  std::array<char, 32> text;
  int const decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
  return text.data();
}

std::string scaled(double number, double step, std::initializer_list<char const*> units) {
  auto unit = units.begin();
  while (number >= 999.5 && unit + 1 != units.end()) {
    number /= step;
    ++unit;
  }
  std::string const digits = number == std::floor(number) && unit == units.begin()
                                 ? std::to_string(static_cast<long>(number))
                                 : three_digits(number);
  return digits + *unit;
}

// What fits of a table beside its names.
struct Columns {
  std::size_t name = 0;
  bool out = false;
  bool waiting = false;
  bool busy = false;
  bool subgraph = false;
  bool bar = false;
};

Columns columns_for(std::size_t width) {
  Columns columns;
  std::size_t left = width - std::min(width, name_width_min + rate_width);
  bool all_fit = true;  // what matters less does not come before what matters more
  auto const take = [&](bool& column, std::size_t size) {
    all_fit = all_fit && left >= size;
    column = all_fit;
    left -= column ? size : 0;
  };
  take(columns.waiting, waiting_width);
  take(columns.out, rate_width);
  take(columns.busy, busy_width);
  take(columns.subgraph, subgraph_width);
  take(columns.bar, bar_width + 1);
  columns.name = std::min(width, name_width_min + rate_width) - rate_width + left;
  return columns;
}

class FlowTable {
 public:
  FlowTable(Flow const& flow, std::size_t width, Glyphs glyphs, std::vector<Line>& lines)
      : flow_(flow),
        columns_(columns_for(width)),
        glyphs_(glyphs),
        lines_(lines),
        has_input_(flow.nodes.size()),
        has_output_(flow.nodes.size()),
        told_(flow.subgraphs.size()) {
    for (Node const& node : flow.nodes) fastest_ = std::max(fastest_, rate_of(node));
    for (Edge const& edge : flow.edges) has_output_[edge.source] = has_input_[edge.target] = true;
  }

  void run() {
    head();
    for (Row const& one : lay_out(flow_, glyphs_)) row(one);
  }
  bool has_derived() const { return has_derived_; }
  bool has_unknown() const { return has_unknown_; }

 private:
  static double rate_of(Node const& node) {
    return node.in ? node.in->per_second : node.out ? node.out->per_second : 0;
  }

  void head() {
    std::string text = fit("", columns_.name, glyphs_) + right("in/s", rate_width);
    if (columns_.out) text += right("out/s", rate_width);
    if (columns_.bar) text += std::string(bar_width + 1, ' ');
    if (columns_.waiting) text += right("waiting/most", waiting_width);
    if (columns_.busy) text += right("busy", busy_width);
    if (columns_.subgraph) text += right("sub", subgraph_width);
    lines_.push_back({{std::move(text), Style::dim}});
  }

  void row(Row const& row) {
    Node const& node = flow_.nodes[row.node];
    bool const has_numbers = !row.is_reference && node.subgraph;
    Line line;
    if (row.is_reference) {
      std::string const arrow = glyphs_ == Glyphs::unicode ? "→ " : "-> ";
      name(line, row, arrow + short_title(node) + port_of(row), Style::dim);
    } else if (!node.subgraph) {
      name(line, row, "(" + title_of(node) + ")", Style::dim);
    } else {
      name(line, row, title_of(node) + port_of(row), Style::plain);
    }
    if (has_numbers) {
      rate(line, node.in, has_input_[row.node]);
      if (columns_.out) rate(line, node.out, has_output_[row.node]);
      bar(line, node);
    } else {
      blanks(line,
             rate_width + (columns_.out ? rate_width : 0) + (columns_.bar ? bar_width + 1 : 0));
    }
    waiting(line, row);
    if (has_numbers) subgraph(line, *node.subgraph);
    lines_.push_back(std::move(line));
  }

  void name(Line& line, Row const& row, std::string const& title, Style style) {
    std::size_t const prefix = width_of(row.prefix);
    if (prefix >= columns_.name) {
      line.push_back({fit(row.prefix, columns_.name, glyphs_), Style::dim});
      return;
    }
    line.push_back({row.prefix, Style::dim});
    line.push_back({fit(title, columns_.name - prefix, glyphs_), style});
  }
  static void blanks(Line& line, std::size_t count) {
    line.push_back({std::string(count, ' '), Style::plain});
  }

  // How a port is called behind the name of its node.
  std::string port_of(Row const& row) const {
    if (!row.edge) return {};
    std::string const& port = flow_.edges[*row.edge].target_port;
    // (A handoff by hand is called like what it leads to, more often than not.)
    if (port.empty() || port == short_title(flow_.nodes[row.node])) return {};
    return " [" + port + "]";
  }
  // Of a node that stands elsewhere.
  static std::string const& short_title(Node const& node) {
    if (!node.entry_name.empty()) return node.entry_name;
    return node.name.empty() ? node.operator_name : node.name;
  }

  // `exists`: there is something on that side of the node.
  void rate(Line& line, std::optional<Rate> const& rate, bool exists) {
    if (!rate) {
      has_unknown_ = has_unknown_ || exists;
      line.push_back({right(exists ? "?" : "", rate_width), Style::dim});
      return;
    }
    std::string text = short_number(rate->per_second);
    has_derived_ = has_derived_ || rate->derived;
    if (rate->derived) text = (glyphs_ == Glyphs::unicode ? "≈" : "~") + text;
    Style const style = rate->per_second > 0 ? Style::bold : Style::dim;
    line.push_back({right(std::move(text), rate_width), style});
  }

  // As long as its rate beside the highest one of the flow.
  void bar(Line& line, Node const& node) const {
    if (!columns_.bar) return;
    double const part = fastest_ > 0 ? rate_of(node) / fastest_ : 0;
    auto const length = static_cast<std::size_t>(std::ceil(part * bar_width));
    std::string text = " ";
    for (std::size_t i = 0; i < length; ++i) text += glyphs_ == Glyphs::unicode ? "▄" : "#";
    line.push_back({text + std::string(bar_width - length, ' '), Style::good});
  }

  // Of the handoff by which one comes here.
  void waiting(Line& line, Row const& row) const {
    if (!columns_.waiting) return;
    if (!row.edge || !flow_.edges[*row.edge].depth) return blanks(line, waiting_width);
    Edge const& edge = flow_.edges[*row.edge];
    std::string const text = short_number(static_cast<double>(*edge.depth)) + "/" +
                             short_number(static_cast<double>(edge.high_water));
    line.push_back({right(text, waiting_width), *edge.depth > 0 ? Style::warning : Style::dim});
  }

  // Its number; and where it is told for the first time, how busy it is.
  void subgraph(Line& line, std::size_t number) {
    Subgraph const& one = flow_.subgraphs[number];
    bool const first = !told_[number];
    told_[number] = true;
    if (columns_.busy) {
      Style const style = one.busy_share > 0.8 ? Style::warning : Style::plain;
      line.push_back({right(first ? percent(one.busy_share) : "", busy_width), style});
    }
    if (columns_.subgraph)
      line.push_back({right(std::to_string(number), subgraph_width), Style::dim});
  }

  Flow const& flow_;
  Columns const columns_;
  Glyphs const glyphs_;
  std::vector<Line>& lines_;
  std::vector<bool> has_input_;   // of each node: something leads to it
  std::vector<bool> has_output_;  // … or away from it
  std::vector<bool> told_;        // of each subgraph: how busy it is
  double fastest_ = 0;
  bool has_derived_ = false;
  bool has_unknown_ = false;
};

class Drawing {
 public:
  Drawing(Snapshot const& snapshot, std::size_t width, Glyphs glyphs)
      : snapshot_(snapshot), width_(std::max(width, columns_min)), glyphs_(glyphs) {}

  std::vector<Line> run(std::size_t width) {
    head();
    for (Flow const& flow : snapshot_.flows) add_flow(flow);
    add_endpoints();
    add_slow_peers();
    add_legend();
    for (Line& line : lines_) cut(line, width);
    return std::move(lines_);
  }

 private:
  void add(std::string text, Style style = Style::plain) {
    lines_.push_back({{std::move(text), style}});
  }
  // What does not fit into a line goes on in the next one, set in.
  void add_parts(Line parts) {
    Line line;
    std::size_t used = 0;
    for (Span& part : parts) {
      std::size_t const size = width_of(part.text) + (line.empty() ? 0 : 3);
      if (!line.empty() && used + size > width_) {
        lines_.push_back(std::exchange(line, {{"  ", Style::plain}}));
        used = 2;
      } else if (!line.empty()) {
        part.text = "   " + part.text;
      }
      used += width_of(part.text);
      line.push_back(std::move(part));
    }
    lines_.push_back(std::move(line));
  }

  void head() {
    Line parts{{"weir worker " + std::to_string(snapshot_.worker), Style::bold},
               {"cpu " + percent(snapshot_.cpu_share), Style::plain},
               {"sleeps " + short_number(snapshot_.sleeps_per_second) + "/s", Style::plain},
               {connections(snapshot_.connections), Style::plain},
               {"in " + short_bytes(snapshot_.in_bytes_per_second) + "/s", Style::plain},
               {"out " + short_bytes(snapshot_.out_bytes_per_second) + "/s", Style::plain}};
    if (snapshot_.pressure_bytes > 0)
      parts.push_back({"unread " + short_bytes(static_cast<double>(snapshot_.pressure_bytes)) +
                           " of " +
                           short_bytes(static_cast<double>(snapshot_.pressure_limit_bytes)),
                       Style::warning});
    if (snapshot_.suspended > 0)
      parts.push_back({std::to_string(snapshot_.suspended) + " suspended", Style::warning});
    if (snapshot_.stopping) parts.push_back({"stopping", Style::warning});
    add_parts(std::move(parts));
  }

  static std::string connections(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " connection" : " connections");
  }

  void add_flow(Flow const& flow) {
    add("");
    bool const failed = flow.state == "failed";
    Line parts{{"flow " + flow.name, Style::bold},
               {flow.state, failed                    ? Style::bad
                            : flow.state == "running" ? Style::good
                                                      : Style::warning}};
    parts.push_back({short_number(flow.ticks_per_second) + " ticks/s", Style::plain});
    parts.push_back({"busy " + percent(flow.busy_share), Style::plain});
    if (flow.yields_per_second > 0)
      parts.push_back({short_number(flow.yields_per_second) + " yields/s", Style::plain});
    if (flow.held) parts.push_back({"HELD: what it writes to is full", Style::bad});
    if (failed) parts.push_back({"at " + flow.failed_node + ": " + flow.failed_what, Style::bad});
    add_parts(std::move(parts));
    if (flow.nodes.empty()) return;
    FlowTable table(flow, width_, glyphs_, lines_);
    table.run();
    has_derived_ = has_derived_ || table.has_derived();
    has_unknown_ = has_unknown_ || table.has_unknown();
  }

  void add_endpoints() {
    if (snapshot_.endpoints.empty()) return;
    add("");
    add("endpoints", Style::bold);
    for (Endpoint const& one : snapshot_.endpoints) {
      Line parts{{one.kind + (one.address.empty() ? "" : " " + one.address), Style::plain}};
      if (!one.flow.empty()) parts.push_back({"flow " + one.flow, Style::dim});
      parts.push_back({connections(one.connections), Style::plain});
      if (one.suspended) parts.push_back({"SUSPENDED", Style::bad});
      if (one.full) parts.push_back({"FULL", Style::bad});
      if (one.waiting_bytes > 0)
        parts.push_back(
            {short_bytes(static_cast<double>(one.waiting_bytes)) + " unread", Style::warning});
      if (one.held_bytes > 0)
        parts.push_back(
            {short_bytes(static_cast<double>(one.held_bytes)) + " held back", Style::warning});
      add_parts(std::move(parts));
    }
  }

  void add_slow_peers() {
    if (snapshot_.slow_peers.empty()) return;
    add("");
    lines_.push_back(
        {{"slow peers", Style::bold},
         {right("unread", bytes_width) + right("held back", bytes_width), Style::dim}});
    lines_.back().insert(lines_.back().begin() + 1,
                         {std::string(peer_width() - 10, ' '), Style::plain});
    for (SlowPeer const& peer : snapshot_.slow_peers)
      lines_.push_back(
          {{fit(peer.address.empty() ? "(gone)" : peer.address, peer_width(), glyphs_),
            Style::plain},
           {right(short_bytes(static_cast<double>(peer.waiting_bytes)), bytes_width),
            Style::warning},
           {right(short_bytes(static_cast<double>(peer.held_bytes)), bytes_width), Style::plain}});
  }
  std::size_t peer_width() const {
    std::size_t longest = 10;
    for (SlowPeer const& peer : snapshot_.slow_peers)
      longest = std::max(longest, width_of(peer.address));
    return std::min(longest, std::max<std::size_t>(width_, 34) - 2 * bytes_width);
  }

  void add_legend() {
    Line parts;
    if (has_derived_)
      parts.push_back({std::string(glyphs_ == Glyphs::unicode ? "≈" : "~") +
                           " derived: goes one for one with what is counted",
                       Style::dim});
    if (has_unknown_) parts.push_back({"? not counted", Style::dim});
    if (parts.empty()) return;
    add("");
    add_parts(std::move(parts));
  }

  void cut(Line& line, std::size_t width) const {
    std::size_t left = width;
    for (std::size_t i = 0; i < line.size(); ++i) {
      std::size_t const size = width_of(line[i].text);
      if (size <= left) {
        left -= size;
        continue;
      }
      line[i].text = fit(line[i].text, left, glyphs_);
      line.resize(i + 1);
      return;
    }
  }

  Snapshot const& snapshot_;
  std::size_t const width_;
  Glyphs const glyphs_;
  std::vector<Line> lines_;
  bool has_derived_ = false;
  bool has_unknown_ = false;
};

}  // namespace

std::string short_number(double number) {
  return scaled(number, 1000, {"", "k", "M", "G", "T", "P", "E"});
}

std::string short_bytes(double bytes) {
  return scaled(bytes, 1024, {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"});
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string fit(std::string_view text, std::size_t columns, Glyphs glyphs) {
  std::size_t const width = width_of(text);
  if (width <= columns) return std::string(text) + std::string(columns - width, ' ');
  if (columns == 0) return {};
  std::string_view const mark = glyphs == Glyphs::unicode ? "…" : ".";
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size(); ++end) {
    bool const begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (begins && count++ == columns - 1) break;
  }
  return std::string(text.substr(0, end)) + std::string(mark);
}

std::string title_of(Node const& node) {
  if (!node.entry_name.empty()) return node.entry_name + " = " + node.operator_name;
  if (!node.name.empty()) return node.operator_name + " (" + node.name + ")";
  return node.operator_name;
}

std::vector<Line> draw(Snapshot const& snapshot, std::size_t columns, Glyphs glyphs) {
  return Drawing(snapshot, columns, glyphs).run(columns);
}

std::string plain_text(std::vector<Line> const& lines) {
  std::string text;
  for (Line const& line : lines) {
    for (Span const& span : line) text += span.text;
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace weir::top

#include "tests/oracle/print.h"

#include <algorithm>
#include <utility>

#include "tests/oracle/operators.h"
#include "weir/base/assert.h"
#include "weir/base/random.h"

namespace weir::oracle {

namespace {

// An input of a node.
struct Reader {
  int node;
  int input;
};

// A statement follows a chain of nodes as long as each has one reader that reads nothing else:
//
//   n3 = join(tick, tick) >> map(...) >> tee()        n3 >> filter(...) >> n7[pos]
//
// It is named after the node it begins with, where others read it or flow into it by name.
class Printer {
 public:
  explicit Printer(Shape const& shape) : shape_(shape), next_name_(static_cast<int>(size())) {
    for (std::size_t n = 0; n < size(); ++n) {
      Row const& row = row_of(node(n));
      readers_.emplace_back(static_cast<std::size_t>(row.outputs));
    }
    for (std::size_t n = 0; n < size(); ++n) {
      for (std::size_t i = 0; i < node(n).inputs.size(); ++i) {
        Feed const& feed = node(n).inputs[i];
        readers_at(feed).push_back({static_cast<int>(n), static_cast<int>(i)});
      }
    }
  }

  std::vector<std::string> print() {
    for (std::size_t n = 0; n < size(); ++n) {
      if (begins_statement(n)) begin(static_cast<int>(n), "", node(n).inputs.size() > 1);
    }
    return std::move(statements_);
  }

 private:
  std::size_t size() const { return shape_.nodes.size(); }
  Node const& node(std::size_t n) const { return shape_.nodes[n]; }
  std::vector<Reader>& readers_at(Feed const& feed) {
    return readers_[static_cast<std::size_t>(feed.node)][static_cast<std::size_t>(feed.output)];
  }
  bool reads_alone(Reader const& reader) const {
    return node(static_cast<std::size_t>(reader.node)).inputs.size() == 1;
  }
  // Others are printed with what feeds them.
  bool begins_statement(std::size_t n) const { return node(n).inputs.size() != 1; }

  static std::string name(int n) {
    WEIR_ASSERT(n < name_count);
    return "n" + std::to_string(n);
  }
  std::string place(Reader const& reader) const {
    auto const& ports = row_of(node(static_cast<std::size_t>(reader.node))).input_ports;
    std::string const text = name(reader.node);
    if (ports.empty()) return text;
    return text + "[" + std::string(ports[static_cast<std::size_t>(reader.input)]) + "]";
  }

  // The statement that begins with `prefix` and this node.
  void begin(int first, std::string const& prefix, bool named) {
    std::string text = prefix;
    for (int at = first;;) {
      Node const& here = node(static_cast<std::size_t>(at));
      Row const& row = row_of(here);
      text += (text.empty() ? "" : " >> ") + row.text(here);
      if (row.outputs == 0) return finish(first, std::move(text), named);
      if (row.outputs > 1) {
        finish(first, std::move(text), true);
        for (int i = 0; i < row.outputs; ++i) {
          auto const port = std::string(row.output_ports[static_cast<std::size_t>(i)]);
          follow(Feed{at, i}, name(first) + "[" + port + "]");
        }
        return;
      }
      std::vector<Reader> const& readers = readers_at({at, 0});
      if (readers.size() == 1 && !reads_alone(readers[0])) {
        return finish(first, text + " >> " + place(readers[0]), named);
      }
      if (readers.size() != 1) {
        finish(first, text + " >> tee()", true);
        for (Reader const& reader : readers) lead(name(first), reader);
        return;
      }
      at = readers[0].node;
    }
  }

  // What reads an output that has a name of its own.
  void follow(Feed const& feed, std::string const& text) {
    std::vector<Reader> const& readers = readers_at(feed);
    if (readers.size() == 1) return lead(text, readers[0]);
    int const shared = next_name_++;
    statements_.push_back(text + " >> " + name(shared));
    statements_.push_back(name(shared) + " = tee()");
    for (Reader const& reader : readers) lead(name(shared), reader);
  }
  void lead(std::string const& from, Reader const& reader) {
    if (reads_alone(reader)) begin(reader.node, from, false);
    else statements_.push_back(from + " >> " + place(reader));
  }
  void finish(int first, std::string text, bool named) {
    statements_.push_back(named ? name(first) + " = " + text : std::move(text));
  }

  Shape const& shape_;
  std::vector<std::vector<std::vector<Reader>>> readers_;  // per node and output
  int next_name_;
  std::vector<std::string> statements_;
};

}  // namespace

std::vector<std::string> statements_of(Shape const& shape) {
  std::vector<std::string> statements = Printer(shape).print();
  Random random(shape.seed);  // they may be written in any order
  for (std::size_t i = statements.size(); i > 1; --i) {
    std::swap(statements[i - 1], statements[random.below(i)]);
  }
  return statements;
}

std::string source_of(std::vector<Shape> const& shapes) {
  std::string text =
      "// Random flows, written by tests/oracle/write_flows.cc. Do not edit.\n"
      "#include \"tests/oracle/fused.h\"\n\n"
      "namespace weir::oracle {\nnamespace {\n\n";
  for (Shape const& shape : shapes) {
    std::string const seed = std::to_string(shape.seed);
    text += "void install_" + seed + "(Ends& ends, Graph& graph) {\n  flow(";
    std::string separator;
    for (std::string const& statement : statements_of(shape)) {
      text += std::exchange(separator, ",\n       ") + statement;
    }
    text += ").install(graph);\n}\n";
    text += "Registration const flow_" + seed + "({" + seed + ", R\"(\n" + text_of(shape) +
            ")\", install_" + seed + "});\n\n";
  }
  return text + "}  // namespace\n}  // namespace weir::oracle\n";
}

}  // namespace weir::oracle

// Plans for tests, from text that reads like a flow:
//
//   TestPlan plan({"reached = union", "source >> reached", "reached >> join[0]", ...});
//
// A word is an operator of the table below, or else the name of a node.
#pragma once

#include <cstddef>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/plan/make_plan.h"

namespace weir {

inline constexpr std::string_view test_output_names[] = {"0", "1"};

inline constexpr OperatorInfo test_operators[] = {
    {.name = "source", .inputs = {0, 0}, .source = true},
    {.name = "map", .one_to_one = true},
    {.name = "inspect", .outputs = {0, 1}, .one_to_one = true},
    {.name = "tee", .outputs = {0, any_number}, .one_to_one = true},
    {.name = "union", .inputs = {0, any_number}, .typed_by_any_input = true},
    {.name = "join", .inputs = {2, 2}, .input_ports = {"0", "1"}},
    {.name = "replaying_join", .inputs = {2, 2}, .input_ports = {"0", "1"}, .replays = true},
    {.name = "difference",
     .inputs = {2, 2},
     .input_ports = {"pos", "neg"},
     .blocking_inputs = 0b10},
    {.name = "tick_difference",
     .inputs = {2, 2},
     .input_ports = {"pos", "neg"},
     .blocking_inputs = 0b10,
     .ends_ticks = true},
    {.name = "anti_join",
     .inputs = {2, 2},
     .input_ports = {"pos", "neg"},
     .blocking_inputs = 0b10,
     .typed_by_first_input = true},
    {.name = "sort", .blocking_inputs = 0b1, .flushes = true, .ends_ticks = true},
    {.name = "fold", .outputs = {0, 1}, .blocking_inputs = 0b1, .flushes = true, .replays = true},
    {.name = "unzip",
     .outputs = {2, 2},
     .output_ports = OutputPorts::listed,
     .output_names = test_output_names},
    {.name = "partition", .outputs = {2, any_number}, .output_ports = OutputPorts::numbered},
    {.name = "demux", .outputs = {0, any_number}, .output_ports = OutputPorts::by_item},
    {.name = "next_stratum", .blocking_inputs = 0b1, .stages = true},
    {.name = "handoff", .wants_handoff = true},
    {.name = "chain",
     .inputs = {2, 2},
     .input_ports = {"0", "1"},
     .blocking_inputs = 0b01,
     .typed_by_any_input = true,
     .flushes = true},
    {.name = "defer_tick", .delay = Delay::tick},
    {.name = "defer_tick_lazy", .delay = Delay::tick_lazy},
    {.name = "exchange", .blocking_inputs = 0b1, .delay = Delay::tick, .source = true},
    {.name = "unique"},
    {.name = "for_each", .outputs = {0, 0}},
    {.name = "null", .inputs = {0, 1}, .outputs = {0, 1}, .source = true},
};

// The row of an operator, or null.
constexpr OperatorInfo const* find_test_operator(std::string_view name) {
  for (OperatorInfo const& info : test_operators) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

constexpr Element test_operator(std::string_view name) {
  return {true, *find_test_operator(name), {}, {}};
}
constexpr Element test_reference(std::string_view name, std::string_view port = {}) {
  return {false, {}, name, port};
}

// Statements read from text.
class TestStatements {
 public:
  void add(std::string_view line) {
    Statement statement;
    statement.first = static_cast<Index>(elements_.size());
    std::string_view rest = keep(line);
    if (std::size_t const equals = rest.find(" = "); equals != rest.npos) {
      statement.name = rest.substr(0, equals);
      rest.remove_prefix(equals + 3);
    }
    for (bool more = true; more; ++statement.count) {
      std::size_t const arrow = rest.find(" >> ");
      more = arrow != rest.npos;
      elements_.push_back(element(rest.substr(0, arrow)));
      if (more) rest.remove_prefix(arrow + 4);
    }
    statements_.push_back(statement);
  }

  Statements view() const { return {elements_, statements_}; }
  std::size_t node_count() const {
    std::size_t count = 0;
    for (Element const& element : elements_) count += element.is_operator ? 1 : 0;
    return count;
  }
  std::size_t edge_count() const { return elements_.size() - statements_.size(); }

 private:
  std::string_view keep(std::string_view line) { return texts_.emplace_back(line); }

  static Element element(std::string_view word) {
    if (OperatorInfo const* info = find_test_operator(word)) return {true, *info, {}, {}};
    std::size_t const bracket = word.find('[');
    if (bracket == word.npos) return test_reference(word);
    return test_reference(word.substr(0, bracket),
                          word.substr(bracket + 1, word.size() - bracket - 2));
  }

  std::deque<std::string> texts_;
  std::vector<Element> elements_;
  std::vector<Statement> statements_;
};

// A plan whose size is known at run time, and what the stages made of it.
struct TestPlan : PlanResult {
  TestPlan(std::initializer_list<std::string_view> lines) : TestPlan(read(lines)) {}
  explicit TestPlan(TestStatements given)
      : statements(std::move(given)),
        nodes(statements.node_count()),
        edges(statements.edge_count()),
        out_begin(nodes.size() + 1),
        out_edges(edges.size()),
        subgraphs(nodes.size()),
        entries(entries_max(nodes.size(), edges.size())) {
    static_cast<PlanResult&>(*this) =
        run_stages(statements.view(), {nodes, edges, out_begin, out_edges, subgraphs, entries});
    subgraphs.resize(static_cast<std::size_t>(subgraph_count));
    entries.resize(static_cast<std::size_t>(entry_count));
  }
  TestPlan(TestPlan const&) = delete;
  TestPlan& operator=(TestPlan const&) = delete;

  static TestStatements read(std::initializer_list<std::string_view> lines) {
    TestStatements statements;
    for (std::string_view const line : lines) statements.add(line);
    return statements;
  }

  PlanView view() const { return {nodes, edges, subgraphs, entries}; }

  // The number of the first node with that name or of that operator.
  Index find(std::string_view title) const {
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      if (nodes[n].name == title || nodes[n].entry_name == title || nodes[n].info.name == title) {
        return static_cast<Index>(n);
      }
    }
    return no_index;
  }
  PlanNode const& node(std::string_view title) const {
    return nodes.at(static_cast<std::size_t>(find(title)));
  }
  // The last node of the statement with that name.
  PlanNode const& end_of(std::string_view name) const {
    std::size_t n = 0;
    while (nodes.at(n).name != name) ++n;
    return nodes[n];
  }
  // The first edge between the two.
  PlanEdge const& edge(std::string_view source, std::string_view target) const {
    std::size_t e = 0;
    while (edges.at(e).source != find(source) || edges.at(e).target != find(target)) ++e;
    return edges[e];
  }
  std::size_t count(EdgeKind kind) const {
    std::size_t found = 0;
    for (PlanEdge const& edge : edges) found += edge.kind == kind ? 1 : 0;
    return found;
  }

  TestStatements statements;
  std::vector<PlanNode> nodes;
  std::vector<PlanEdge> edges;
  std::vector<Index> out_begin;
  std::vector<Index> out_edges;
  std::vector<PlanSubgraph> subgraphs;
  std::vector<PlanEntry> entries;
};

}  // namespace weir

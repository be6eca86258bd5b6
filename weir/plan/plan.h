// The one description of a flow, as a value: operators, edges, names, strata, handoffs, subgraphs.
//
// A plan is made at compile time from the statements of a flow, stage by stage. Plan<Nodes, Edges>
// is only storage; every stage is an ordinary constexpr function over spans, in a file named by its
// verb, linear in nodes + edges, and unit-tested at run time. make_plan.h is the table of contents.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/base/operator_info.h"
#include "weir/base/slice.h"
#include "weir/plan/diagnostic.h"

namespace weir {

// ---- what the flow syntax hands over ----

// One element of a chain: an operator, or a reference to a node by its name, perhaps with a port.
struct Element {
  bool is_operator = false;
  OperatorInfo info{};
  std::string_view name;
  std::string_view port;
};
// `name = a >> b >> c`, or without a name; its elements are [first, first + count).
struct Statement {
  std::string_view name;
  Index first = 0;
  Index count = 0;
};
struct Statements {
  Slice<Element const> elements;
  Slice<Statement const> statements;
};

// ---- the plan ----

enum class EdgeKind : std::uint8_t {
  direct,    // a function call
  handoff,   // a buffer; `delay` says when it becomes visible
  blocking,  // straight into the state of an operator that waits; stores no items
};

struct PlanNode {
  OperatorInfo info{};
  // Of the statement that ends with it, and of the one that begins with it: where something flows
  // out of that name, and where something flows into it. Both may be empty.
  std::string_view name;
  std::string_view entry_name;
  std::uint16_t input_count = 0;
  std::uint16_t output_count = 0;
  Index element = no_index;  // where it is written
  Index stratum = 0;
  Index subgraph = no_index;
  Index type_order = no_index;  // its item type is known after those with smaller numbers
  Index typed_by = no_index;    // the edge that brings the first known type
  // Of two nodes between which calls lead, the called one has the smaller number.
  Index call_order = no_index;
  // Items are asked for here, by a source's or a flush's drain; everything else is pushed to.
  bool pull = false;

  // The node's name where it has one, else its operator's.
  constexpr std::string_view title() const { return name.empty() ? info.name : name; }
  // What its inputs are connected by.
  constexpr std::string_view input_title() const {
    return entry_name.empty() ? title() : entry_name;
  }
};

struct PlanEdge {
  Index source = no_index;
  Index target = no_index;
  std::string_view source_port;
  std::string_view target_port;
  Index element = no_index;  // where it is written: what is on the right of its `>>`
  std::uint16_t port = 0;    // the number of the target's input
  std::uint16_t output = 0;  // the number of the source's output, where these have names
  EdgeKind kind = EdgeKind::direct;
  Delay delay = Delay::none;
  // A blocking edge whose operator does not run in every tick and must when something came: to
  // flush it, or to forget it when the tick ends.
  bool marks = false;
};

// Where items enter a subgraph's run function, in this order.
enum class EntryKind : std::uint8_t { replay, flush, source, handoff };
struct PlanEntry {
  EntryKind kind = EntryKind::source;
  Index index = no_index;  // of the node; of the edge for a handoff
};

// Subgraphs that run again and again within a tick.
struct PlanLoop {
  std::string_view name;
  Index parent = no_index;  // the loop whose body it is part of
};

struct PlanSubgraph {
  // The last name that the user gave to one of its nodes, or its first operator's.
  std::string_view name;
  Index stratum = 0;
  Index loop = no_index;  // the innermost one whose body it is part of
  bool replays = false;
  bool ends_ticks = false;
  bool ends_runs = false;
  Index first_entry = 0;  // entries [first_entry, first_entry of the next subgraph)
  Index entry_count = 0;
};

// The plan under construction: what a stage reads and writes. Its header says which.
struct PlanSpans {
  Slice<PlanNode> nodes;
  Slice<PlanEdge> edges;
  // The edges that leave node n are out_edges[out_begin[n] .. out_begin[n + 1]), in the order of
  // its outputs.
  Slice<Index> out_begin;
  Slice<Index> out_edges;
  Slice<PlanSubgraph> subgraphs;
  Slice<PlanEntry> entries;
};

// A finished plan, to look at.
struct PlanView {
  Slice<PlanNode const> nodes;
  Slice<PlanEdge const> edges;
  Slice<PlanSubgraph const> subgraphs;
  Slice<PlanEntry const> entries;
  Slice<PlanLoop const> loops{};
};

constexpr std::size_t entries_max(std::size_t nodes, std::size_t edges) {
  return 2 * nodes + edges;  // a node is a source, or flushes or replays; an edge is a handoff
}

// What the stages say in the end.
struct PlanResult {
  Diagnostic diagnostic{};
  Index subgraph_count = 0;
  Index entry_count = 0;
};

template <std::size_t Nodes, std::size_t Edges>
struct Plan : PlanResult {
  std::array<PlanNode, Nodes> nodes{};
  std::array<PlanEdge, Edges> edges{};
  std::array<Index, Nodes + 1> out_begin{};
  std::array<Index, Edges> out_edges{};
  std::array<PlanSubgraph, Nodes> subgraphs{};
  std::array<PlanEntry, entries_max(Nodes, Edges)> entries{};

  constexpr PlanSpans spans() { return {nodes, edges, out_begin, out_edges, subgraphs, entries}; }
  constexpr PlanView view() const {
    return {
        nodes, edges,
        Slice<PlanSubgraph const>(subgraphs).first(static_cast<std::size_t>(this->subgraph_count)),
        Slice<PlanEntry const>(entries).first(static_cast<std::size_t>(this->entry_count))};
  }
};

}  // namespace weir

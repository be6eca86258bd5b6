// Statements to nodes and edges: every operator becomes a node, every `>>` an edge between nodes.
//
// A name stands for two ends: its chain's first element where something flows into it, its last where
// something flows out. Names are resolved after all statements are read, so they may be used before they are
// defined and around cycles; a name may stand for another name.
//
// Writes nodes (info, name), edges (source, target, ports). From here on no node and no edge is added.
#pragma once

#include "weir/plan/plan.h"
#include "weir/plan/scratch.h"

namespace weir {

namespace resolve {

struct Names {
  constexpr explicit Names(Statements const& statements)
      : in(statements),
        node_of(statements.elements.size(), no_index),
        statement_of(statements.elements.size(), no_index) {}

  Statements in;
  Scratch<Index> node_of;       // per element; no_index for a reference
  Scratch<Index> statement_of;  // per element that is a reference: the statement of that name
};

constexpr std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (char const letter : name) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3u;
  }
  return hash;
}

// A small hash index from name to statement: a linear search for each reference would be quadratic.
class NameIndex {
 public:
  constexpr explicit NameIndex(std::size_t names) : slots_(slots_for(names), no_index) {}
  // The slot of `name`: the statement that has it, or no_index to be filled.
  constexpr Index& at(std::span<Statement const> statements, std::string_view name) {
    std::size_t slot = static_cast<std::size_t>(hash_name(name)) & (slots_.size() - 1);
    while (slots_[slot] != no_index &&
           statements[static_cast<std::size_t>(slots_[slot])].name != name) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return slots_[slot];
  }

 private:
  static constexpr std::size_t slots_for(std::size_t names) {
    std::size_t slots = 8;
    while (slots < 2 * names) slots *= 2;
    return slots;
  }
  Scratch<Index> slots_;
};

// Follows names until an operator: the last one of the chain for an out-end, the first for an in-end.
constexpr Diagnostic follow(Names const& names, std::size_t element, bool out_end, Index& node) {
  for (std::size_t steps = 0; steps <= names.in.statements.size(); ++steps) {
    if (names.in.elements[element].is_operator) {
      node = names.node_of[element];
      return {};
    }
    Index const statement = names.statement_of[element];
    if (statement == no_index) {
      return {Check::unknown_name, names.in.elements[element].name, {}, {}};
    }
    Statement const& named = names.in.statements[static_cast<std::size_t>(statement)];
    element = static_cast<std::size_t>(out_end ? named.first + named.count - 1 : named.first);
  }
  return {Check::circular_name, names.in.elements[element].name, {}, {}};
}

}  // namespace resolve

constexpr Diagnostic resolve_names(Statements const& in, PlanSpans plan) {
  resolve::Names names(in);

  resolve::NameIndex index(in.statements.size());
  for (std::size_t s = 0; s < in.statements.size(); ++s) {
    if (in.statements[s].name.empty()) continue;
    Index& slot = index.at(in.statements, in.statements[s].name);
    if (slot != no_index) return {Check::duplicate_name, in.statements[s].name, {}, {}};
    slot = static_cast<Index>(s);
  }

  Index node = 0;
  for (std::size_t e = 0; e < in.elements.size(); ++e) {
    Element const& element = in.elements[e];
    if (element.is_operator) {
      plan.nodes[static_cast<std::size_t>(node)].info = element.info;
      names.node_of[e] = node++;
    } else {
      names.statement_of[e] = index.at(in.statements, element.name);
    }
  }

  std::size_t edge = 0;
  for (Statement const& statement : in.statements) {
    auto const first = static_cast<std::size_t>(statement.first);
    auto const end = first + static_cast<std::size_t>(statement.count);
    if (!statement.name.empty() && names.node_of[end - 1] != no_index) {
      plan.nodes[static_cast<std::size_t>(names.node_of[end - 1])].name = statement.name;
    }
    for (std::size_t e = first; e + 1 < end; ++e) {
      PlanEdge made;
      Diagnostic diagnostic = resolve::follow(names, e, true, made.source);
      if (diagnostic.ok()) diagnostic = resolve::follow(names, e + 1, false, made.target);
      if (!diagnostic.ok()) return diagnostic;
      // In the middle of a chain a port means the way in.
      if (e == first) made.source_port = in.elements[e].port;
      made.target_port = in.elements[e + 1].port;
      plan.edges[edge++] = made;
    }
  }
  return {};
}

}  // namespace weir

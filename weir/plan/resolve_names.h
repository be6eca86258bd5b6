// Statements to nodes and edges: every operator becomes a node, every `>>` an edge between nodes.
//
// A name stands for two ends: its chain's first element where something flows into it, its last
// where something flows out. Names are resolved after all statements are read, so they may be used
// before they are defined and around cycles; a name may stand for another name, or for a port of
// one:
//
//   hits = my_join[_1]      x >> hits  means  x >> my_join[_1]
//
// Reads the statements. Writes nodes (info, names, element), edges (source, target, ports,
// element). From here on no node and no edge is added.
#pragma once

#include "weir/plan/plan.h"
#include "weir/plan/scratch.h"

namespace weir {

namespace resolve {

constexpr std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a
  for (char const letter : name) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3u;
  }
  return hash ^ (hash >> 32);
}

// A small hash index from name to statement: a linear search for each reference would be quadratic.
class NameIndex {
 public:
  constexpr explicit NameIndex(std::size_t names) : slots_(slots_for(names), no_index) {}
  // The slot of `name`: the statement that has it, or no_index to be filled.
  constexpr Index& at(Slice<Statement const> statements, std::string_view name) {
    std::size_t slot = static_cast<std::size_t>(hash_name(name)) & (slots_.size() - 1);
    while (slots_[slot] != no_index &&
           statements[static_cast<std::size_t>(slots_[slot])].name != name) {
      slot = (slot + 1) & (slots_.size() - 1);  // ends: half of the slots are empty
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

// What a name, or an element, comes down to: an operator, and the port that aliases gave on the
// way.
struct End {
  Index node = no_index;
  std::string_view port{};
};

// The ends of all names, each found once.
class Ends {
 public:
  constexpr explicit Ends(Statements const& in)
      : in_(in),
        node_of_(in.elements.size(), no_index),
        statement_of_(in.elements.size(), no_index),
        found_(2 * in.statements.size(), End{}),
        state_(2 * in.statements.size(), State::unknown) {}

  // Every element is either an operator's node or a reference to a statement.
  constexpr void set_node(std::size_t element, Index node) { node_of_[element] = node; }
  constexpr void set_statement(std::size_t element, Index statement) {
    statement_of_[element] = statement;
  }
  constexpr Index node_of(std::size_t element) const { return node_of_[element]; }

  // Where something that flows out of the element comes from (`out`), or into it goes.
  constexpr Diagnostic find(std::size_t element, bool out, End& end) {
    Scratch<std::size_t> path;  // of names, each standing for the next
    std::size_t at = element;
    while (node_of_[at] == no_index) {  // ends: no name is entered twice
      std::size_t const name = name_of(at, out);
      if (state_[name] == State::found) break;
      if (state_[name] == State::on_path) return wrong(Check::circular_name, at);
      state_[name] = State::on_path;
      path.push_back(name);
      at = end_of(name);
    }
    end = node_of_[at] != no_index ? End{node_of_[at]} : found_[name_of(at, out)];
    for (std::size_t k = path.size(); k-- > 0;) {
      Statement const& statement = in_.statements[path[k] / 2];
      // `a = b[port]`. In a longer chain a port at the end belongs to the arrow inside.
      std::string_view const port = in_.elements[end_of(path[k])].port;
      if (statement.count == 1 && !port.empty()) {
        if (!end.port.empty()) return wrong(Check::second_port, end_of(path[k]), port);
        end.port = port;
      }
      found_[path[k]] = end;
      state_[path[k]] = State::found;
    }
    return {};
  }

  constexpr Diagnostic wrong(Check check, std::size_t element, std::string_view port = {}) const {
    Diagnostic diagnostic{check, in_.elements[element].name};
    diagnostic.port = port;
    diagnostic.element = static_cast<Index>(element);
    return diagnostic;
  }

 private:
  enum class State : std::uint8_t { unknown, on_path, found };

  // A name has two ends: 2 * statement is where it is entered, 2 * statement + 1 where it is left.
  constexpr std::size_t name_of(std::size_t reference, bool out) const {
    return 2 * static_cast<std::size_t>(statement_of_[reference]) + (out ? 1 : 0);
  }
  // The element there.
  constexpr std::size_t end_of(std::size_t name) const {
    Statement const& statement = in_.statements[name / 2];
    return static_cast<std::size_t>(name % 2 == 0 ? statement.first
                                                  : statement.first + statement.count - 1);
  }

  Statements in_;
  Scratch<Index> node_of_;       // per element that is an operator
  Scratch<Index> statement_of_;  // per element that is a reference: the statement of that name
  Scratch<End> found_;
  Scratch<State> state_;
};

// The port of an element, or the one that its name stands for.
constexpr Diagnostic join_ports(Ends const& ends, std::size_t element, std::string_view own,
                                std::string_view of_name, std::string_view& port) {
  if (!own.empty() && !of_name.empty()) return ends.wrong(Check::second_port, element, own);
  port = own.empty() ? of_name : own;
  return {};
}

constexpr Diagnostic make_edge(Statements const& in, Ends& ends, bool first, std::size_t element,
                               PlanEdge& edge) {
  End from;
  End to;
  if (auto wrong = ends.find(element, true, from); !wrong.ok()) return wrong;
  if (auto wrong = ends.find(element + 1, false, to); !wrong.ok()) return wrong;
  edge.source = from.node;
  edge.target = to.node;
  edge.element = static_cast<Index>(element + 1);
  if (first) {  // in the middle of a chain a port means the way in
    auto wrong = join_ports(ends, element, in.elements[element].port, from.port, edge.source_port);
    if (!wrong.ok()) return wrong;
  }
  return join_ports(ends, element + 1, in.elements[element + 1].port, to.port, edge.target_port);
}

// Which statement has which name.
constexpr Diagnostic index_names(Statements const& in, NameIndex& index) {
  for (std::size_t s = 0; s < in.statements.size(); ++s) {
    Statement const& statement = in.statements[s];
    if (statement.name.empty()) continue;
    Index& slot = index.at(in.statements, statement.name);
    if (slot != no_index) {
      Diagnostic diagnostic{Check::duplicate_name, statement.name};
      diagnostic.element = statement.first;
      return diagnostic;
    }
    slot = static_cast<Index>(s);
  }
  return {};
}

// A node is called after the statements that begin or end with it.
constexpr void name_nodes(Statements const& in, Ends const& ends, Slice<PlanNode> nodes) {
  for (Statement const& statement : in.statements) {
    Index const first = ends.node_of(static_cast<std::size_t>(statement.first));
    Index const last =
        ends.node_of(static_cast<std::size_t>(statement.first + statement.count - 1));
    if (first != no_index) nodes[static_cast<std::size_t>(first)].entry_name = statement.name;
    if (last != no_index) nodes[static_cast<std::size_t>(last)].name = statement.name;
  }
}

}  // namespace resolve

constexpr Diagnostic resolve_names(Statements const& in, PlanSpans plan) {
  resolve::NameIndex index(in.statements.size());
  if (auto wrong = resolve::index_names(in, index); !wrong.ok()) return wrong;

  resolve::Ends ends(in);
  Index node = 0;
  for (std::size_t e = 0; e < in.elements.size(); ++e) {
    Element const& element = in.elements[e];
    if (element.is_operator) {
      PlanNode& made = plan.nodes[static_cast<std::size_t>(node)];
      made.info = element.info;
      made.element = static_cast<Index>(e);
      ends.set_node(e, node++);
    } else {
      Index const statement = index.at(in.statements, element.name);
      if (statement == no_index) return ends.wrong(Check::unknown_name, e);
      ends.set_statement(e, statement);
    }
  }
  resolve::name_nodes(in, ends, plan.nodes);

  std::size_t edge = 0;
  for (Statement const& statement : in.statements) {
    auto const first = static_cast<std::size_t>(statement.first);
    auto const last = first + static_cast<std::size_t>(statement.count) - 1;
    for (std::size_t e = first; e < last; ++e) {
      Diagnostic wrong = resolve::make_edge(in, ends, e == first, e, plan.edges[edge++]);
      if (!wrong.ok()) return wrong;
    }
    if (first == last && !in.elements[first].is_operator) {  // an alias: even if nobody uses it
      resolve::End unused;
      Diagnostic wrong = ends.find(first, false, unused);
      if (!wrong.ok()) return wrong;
    }
  }
  return {};
}

}  // namespace weir

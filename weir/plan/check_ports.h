// Every input and output of every node is connected as its operator's row demands.
//
// Reads nodes (info), edges. Writes edges (port, output), nodes (input_count, output_count), the
// out_edges index. From here on every edge knows the numbers of the output it comes from and of the
// input it leads to.
#pragma once

#include "weir/plan/plan.h"
#include "weir/plan/scratch.h"

namespace weir {

namespace ports {

constexpr Diagnostic wrong_input(Check check, PlanNode const& node, std::string_view port,
                                 Index element) {
  Diagnostic diagnostic{check, node.input_title()};
  diagnostic.port = port;
  if (check == Check::unknown_port || check == Check::port_needed) {
    for (std::size_t p = 0; p < 2; ++p) diagnostic.ports[p] = node.info.input_ports[p];
  }
  diagnostic.element = element;
  return diagnostic;
}
constexpr Diagnostic wrong_output(Check check, PlanNode const& node, std::string_view port,
                                  Index element) {
  Diagnostic diagnostic{check, node.title()};
  diagnostic.port = port;
  if (check == Check::unknown_output || check == Check::output_port_needed) {
    auto const names = node.info.output_names;
    for (std::size_t p = 0; p < names.size() && p < diagnostic.ports.size(); ++p) {
      diagnostic.ports[p] = names[p];
    }
  }
  diagnostic.element = element;
  return diagnostic;
}

// "0" -> 0, "12" -> 12; any_number for what is no number.
constexpr std::uint16_t number_of(std::string_view port) {
  std::uint16_t number = 0;
  if (port.empty() || port.size() > 3) return any_number;
  for (char const digit : port) {
    if (digit < '0' || digit > '9') return any_number;
    number = static_cast<std::uint16_t>(number * 10 + (digit - '0'));
  }
  return number;
}

// The number of the output that `edge` comes from, or a diagnostic. Those that are named by the
// item are numbered as they come; whether their names are right, types.h knows.
constexpr Diagnostic number_output(PlanNode const& source, PlanEdge& edge) {
  auto const wrong = [&](Check check) {
    return wrong_output(check, source, edge.source_port, static_cast<Index>(edge.element - 1));
  };
  OperatorInfo const& info = source.info;
  if (info.output_ports == OutputPorts::alike) {
    if (!edge.source_port.empty()) return wrong(Check::output_port);
    edge.output = source.output_count;
    return {};
  }
  if (edge.source_port.empty()) return wrong(Check::output_port_needed);
  if (info.output_ports == OutputPorts::by_item) {
    edge.output = source.output_count;
  } else if (info.output_ports == OutputPorts::numbered) {
    edge.output = number_of(edge.source_port);
  } else {
    edge.output = any_number;
    for (std::size_t p = 0; p < info.output_names.size(); ++p) {
      if (info.output_names[p] == edge.source_port) edge.output = static_cast<std::uint16_t>(p);
    }
  }
  return edge.output == any_number ? wrong(Check::unknown_output) : Diagnostic{};
}

// The number of the input that `edge` means, or a diagnostic.
constexpr Diagnostic number_input(PlanNode const& target, PlanEdge& edge,
                                  Scratch<std::uint8_t>& used) {
  auto const wrong = [&](Check check) {
    return wrong_input(check, target, edge.target_port, edge.element);
  };
  std::size_t const named = target.info.named_input_count();
  if (named == 0) {
    if (!edge.target_port.empty()) return wrong(Check::unknown_port);
    edge.port = target.input_count;
    return {};
  }
  if (edge.target_port.empty()) return wrong(Check::port_needed);
  for (std::size_t port = 0; port < named; ++port) {
    if (target.info.input_ports[port] != edge.target_port) continue;
    std::uint8_t& taken = used[static_cast<std::size_t>(edge.target) * 2 + port];
    if (taken != 0) return wrong(Check::duplicate_port);
    taken = 1;
    edge.port = static_cast<std::uint16_t>(port);
    return {};
  }
  return wrong(Check::unknown_port);
}

constexpr Diagnostic connect(PlanSpans plan, PlanEdge& edge, Scratch<std::uint8_t>& used) {
  PlanNode& source = plan.nodes[static_cast<std::size_t>(edge.source)];
  PlanNode& target = plan.nodes[static_cast<std::size_t>(edge.target)];
  auto const before_arrow = static_cast<Index>(edge.element - 1);
  if (source.info.outputs.most == 0) {
    return wrong_output(Check::no_output, source, {}, before_arrow);
  }
  if (Diagnostic const wrong = number_output(source, edge); !wrong.ok()) return wrong;
  if (target.info.inputs.most == 0) return wrong_input(Check::no_input, target, {}, edge.element);
  Diagnostic const diagnostic = number_input(target, edge, used);
  if (!diagnostic.ok()) return diagnostic;
  ++target.input_count;
  ++source.output_count;
  if (target.input_count > target.info.inputs.most) {
    return wrong_input(Check::extra_input, target, {}, edge.element);
  }
  bool const alike = source.info.output_ports == OutputPorts::alike;
  if (alike && source.output_count > source.info.outputs.most) {
    return wrong_output(Check::extra_output, source, {}, before_arrow);
  }
  return {};
}

constexpr Diagnostic find_missing(PlanNode const& node, std::size_t index,
                                  Scratch<std::uint8_t> const& used) {
  if (node.input_count < node.info.inputs.least) {
    std::string_view free;
    for (std::size_t port = node.info.named_input_count(); port-- > 0;) {
      if (used[index * 2 + port] == 0) free = node.info.input_ports[port];
    }
    return wrong_input(Check::missing_input, node, free, node.element);
  }
  bool const named = node.info.output_ports != OutputPorts::alike;
  if (!named && node.output_count < node.info.outputs.least) {
    return wrong_output(Check::missing_output, node, {}, node.element);
  }
  return {};
}

// "0", "1", … "29": for the messages about numbered outputs that are missing.
constexpr std::string_view number_name(std::size_t number) {
  constexpr std::string_view small = "0123456789";
  constexpr std::string_view large = "1011121314151617181920212223242526272829";
  if (number < small.size()) return small.substr(number, 1);
  std::size_t const at = 2 * (number - small.size());
  return at < large.size() ? large.substr(at, 2) : std::string_view{"30 or more"};
}

// Outputs that the item names have no other order than that they come in.
constexpr PlanEdge const* find_twin(PlanSpans const& plan, std::size_t node) {
  auto const edge_at = [&](Index slot) -> PlanEdge const& {
    return plan.edges[static_cast<std::size_t>(plan.out_edges[static_cast<std::size_t>(slot)])];
  };
  for (Index a = plan.out_begin[node]; a < plan.out_begin[node + 1]; ++a) {
    for (Index b = plan.out_begin[node]; b < a; ++b) {
      if (edge_at(a).source_port == edge_at(b).source_port) return &edge_at(a);
    }
  }
  return nullptr;
}

constexpr Diagnostic find_wrong_outputs(PlanSpans const& plan, std::size_t index) {
  PlanNode const& node = plan.nodes[index];
  OperatorInfo const& info = node.info;
  if (info.output_ports == OutputPorts::alike) return {};
  if (info.output_ports == OutputPorts::by_item) {
    PlanEdge const* const twin = find_twin(plan, index);
    if (twin == nullptr) return {};
    return wrong_output(Check::duplicate_output, node, twin->source_port,
                        static_cast<Index>(twin->element - 1));
  }
  bool const listed = info.output_ports == OutputPorts::listed;
  std::size_t const least = listed ? info.output_names.size() : info.outputs.least;
  for (std::size_t p = 0; p < least || p < node.output_count; ++p) {
    auto const place = static_cast<std::size_t>(plan.out_begin[index]) + p;
    if (p < node.output_count && plan.out_edges[place] != no_index) continue;
    std::string_view const port = listed ? info.output_names[p] : number_name(p);
    return wrong_output(Check::missing_output, node, port, node.element);
  }
  return {};
}

// Each edge at the place of its output. A place that stays empty is an output without an edge, one
// that is taken an output with two.
constexpr Diagnostic index_out_edges(PlanSpans plan) {
  for (PlanEdge const& edge : plan.edges) {
    ++plan.out_begin[static_cast<std::size_t>(edge.source) + 1];
  }
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    plan.out_begin[n + 1] = static_cast<Index>(plan.out_begin[n + 1] + plan.out_begin[n]);
  }
  for (Index& edge : plan.out_edges) edge = no_index;
  for (std::size_t e = 0; e < plan.edges.size(); ++e) {
    PlanEdge const& edge = plan.edges[e];
    auto const source = static_cast<std::size_t>(edge.source);
    PlanNode const& node = plan.nodes[source];
    if (edge.output >= node.output_count) continue;
    auto const place = static_cast<std::size_t>(plan.out_begin[source]) + edge.output;
    if (plan.out_edges[place] != no_index) {
      return wrong_output(Check::duplicate_output, node, edge.source_port,
                          static_cast<Index>(edge.element - 1));
    }
    plan.out_edges[place] = static_cast<Index>(e);
  }
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    if (Diagnostic const wrong = find_wrong_outputs(plan, n); !wrong.ok()) return wrong;
  }
  return {};
}

}  // namespace ports

constexpr Diagnostic check_ports(PlanSpans plan) {
  Scratch<std::uint8_t> used(plan.nodes.size() * 2, 0);
  for (PlanEdge& edge : plan.edges) {
    Diagnostic const diagnostic = ports::connect(plan, edge, used);
    if (!diagnostic.ok()) return diagnostic;
  }
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    Diagnostic const diagnostic = ports::find_missing(plan.nodes[n], n, used);
    if (!diagnostic.ok()) return diagnostic;
  }
  return ports::index_out_edges(plan);
}

}  // namespace weir

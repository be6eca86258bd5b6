// Every input and output of every node is connected as its operator's row demands.
//
// Reads nodes (info), edges. Writes edges (port), nodes (input_count, output_count), the out_edges
// index. From here on every edge knows the number of the input it leads to.
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
    diagnostic.ports = node.info.input_ports;
  }
  diagnostic.element = element;
  return diagnostic;
}
constexpr Diagnostic wrong_output(Check check, PlanNode const& node, std::string_view port,
                                  Index element) {
  Diagnostic diagnostic{check, node.title()};
  diagnostic.port = port;
  diagnostic.element = element;
  return diagnostic;
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
  if (!edge.source_port.empty()) {
    return wrong_output(Check::output_port, source, edge.source_port, before_arrow);
  }
  if (source.info.outputs.most == 0) {
    return wrong_output(Check::no_output, source, {}, before_arrow);
  }
  if (target.info.inputs.most == 0) return wrong_input(Check::no_input, target, {}, edge.element);
  Diagnostic const diagnostic = number_input(target, edge, used);
  if (!diagnostic.ok()) return diagnostic;
  ++target.input_count;
  ++source.output_count;
  if (target.input_count > target.info.inputs.most) {
    return wrong_input(Check::extra_input, target, {}, edge.element);
  }
  if (source.output_count > source.info.outputs.most) {
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
  if (node.output_count < node.info.outputs.least) {
    return wrong_output(Check::missing_output, node, {}, node.element);
  }
  return {};
}

constexpr void index_out_edges(PlanSpans plan) {
  for (PlanEdge const& edge : plan.edges) {
    ++plan.out_begin[static_cast<std::size_t>(edge.source) + 1];
  }
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    plan.out_begin[n + 1] = static_cast<Index>(plan.out_begin[n + 1] + plan.out_begin[n]);
  }
  auto next = Scratch<Index>::copy_of(plan.out_begin);
  for (std::size_t e = 0; e < plan.edges.size(); ++e) {
    Index& place = next[static_cast<std::size_t>(plan.edges[e].source)];
    plan.out_edges[static_cast<std::size_t>(place++)] = static_cast<Index>(e);
  }
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
  ports::index_out_edges(plan);
  return {};
}

}  // namespace weir

// Every input and output of every node is connected as its operator's row demands.
//
// Reads nodes (info), edges. Writes edges (port), nodes (input_count, output_count), the out_edges index.
// From here on every edge knows the number of the input it leads to.
#pragma once

#include "weir/plan/plan.h"
#include "weir/plan/scratch.h"

namespace weir {

namespace ports {

// The number of the input that `edge` means, or a diagnostic.
constexpr Diagnostic number_input(PlanNode const& target, PlanEdge& edge,
                                  Scratch<std::uint8_t>& used) {
  std::size_t const named = target.info.named_input_count();
  if (named == 0) {
    if (!edge.target_port.empty()) {
      return {Check::unknown_port, target.title(), {}, edge.target_port};
    }
    edge.port = target.input_count;
    return {};
  }
  if (edge.target_port.empty()) return {Check::port_needed, target.title(), {}, {}};
  for (std::size_t port = 0; port < named; ++port) {
    if (target.info.input_ports[port] != edge.target_port) continue;
    std::uint8_t& taken = used[static_cast<std::size_t>(edge.target) * 2 + port];
    if (taken != 0) return {Check::duplicate_port, target.title(), {}, edge.target_port};
    taken = 1;
    edge.port = static_cast<std::uint16_t>(port);
    return {};
  }
  return {Check::unknown_port, target.title(), {}, edge.target_port};
}

constexpr std::string_view first_free_port(PlanNode const& node, std::size_t index,
                                           Scratch<std::uint8_t> const& used) {
  for (std::size_t port = 0; port < node.info.named_input_count(); ++port) {
    if (used[index * 2 + port] == 0) return node.info.input_ports[port];
  }
  return {};
}

constexpr void index_out_edges(PlanSpans plan) {
  for (PlanEdge const& edge : plan.edges) ++plan.out_begin[static_cast<std::size_t>(edge.source) + 1];
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
    PlanNode& source = plan.nodes[static_cast<std::size_t>(edge.source)];
    PlanNode& target = plan.nodes[static_cast<std::size_t>(edge.target)];
    if (target.info.inputs.most == 0) {
      return {Check::extra_input, target.title(), source.title(), {}};
    }
    Diagnostic const diagnostic = ports::number_input(target, edge, used);
    if (!diagnostic.ok()) return diagnostic;
    if (!edge.source_port.empty()) {
      return {Check::unknown_port, source.title(), {}, edge.source_port};
    }
    ++target.input_count;
    ++source.output_count;
  }
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    PlanNode const& node = plan.nodes[n];
    OperatorInfo const& info = node.info;
    if (node.input_count < info.inputs.least) {
      return {Check::missing_input, node.title(), {}, ports::first_free_port(node, n, used)};
    }
    if (node.input_count > info.inputs.most) return {Check::extra_input, node.title(), {}, {}};
    if (node.output_count < info.outputs.least) {
      return {Check::missing_output, node.title(), {}, {}};
    }
    if (node.output_count > info.outputs.most) return {Check::extra_output, node.title(), {}, {}};
  }
  ports::index_out_edges(plan);
  return {};
}

}  // namespace weir

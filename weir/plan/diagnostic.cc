#include "weir/plan/diagnostic.h"

namespace weir {

namespace {

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

// ` (one of `pos`, `neg`)`, or nothing where the node has no ports.
std::string list(std::array<std::string_view, 4> const& ports) {
  std::string listed;
  for (std::string_view const port : ports) {
    if (!port.empty()) listed += (listed.empty() ? "" : ", ") + quoted(port);
  }
  return listed;
}

// What is wrong with what is connected to what.
std::string explain_connection(Diagnostic const& diagnostic, std::string const& node,
                               std::string const& at_port) {
  switch (diagnostic.check) {
    case Check::missing_input:
      return "Nothing flows into " + at_port + "; add `... >> " + at_port.substr(1) + ".";
    case Check::extra_input:
      return node + " has no room for a further input; lead both into a union_() and that into " +
             node + ".";
    case Check::no_input:
      return node +
             " takes no input, it is a source; begin a statement with it, and join it with "
             "others in a union_().";
    case Check::missing_output:
      return "The output of " + at_port + " goes nowhere; add `" +
             at_port.substr(1, at_port.size() - 2) +
             " >> ...`, at the end for example for_each or null.";
    case Check::extra_output:
      return "The output of " + node +
             " is used twice; end it with `>> tee()`, which gives its "
             "items to all.";
    case Check::no_output:
      return node +
             " gives nothing, so nothing can follow it; put a tee() or an inspect before "
             "it.";
    case Check::unknown_port: {
      std::string const ports = list(diagnostic.ports);
      return "There is no input " + at_port + "; use " +
             (ports.empty() ? node + " without a port" : "one of " + ports) + ".";
    }
    case Check::output_port:
      return at_port + " stands on the left of `>>`, where items flow out, but the outputs of " +
             node + " have no ports; remove the port there.";
    case Check::second_port:
      return node + " stands for a port already; remove " + quoted(diagnostic.port) +
             " here or there.";
    case Check::port_needed:
      return node + " has several inputs; say which one: " + list(diagnostic.ports) + ".";
    case Check::duplicate_port:
      return at_port + " is connected twice; lead both into a union_() and that into " + at_port +
             ".";
    case Check::unknown_output: {
      std::string const ports = list(diagnostic.ports);
      return "There is no output " + at_port +
             (ports.empty() ? "; number the outputs from 0 on" : "; use one of " + ports) + ".";
    }
    case Check::output_port_needed: {
      std::string const ports = list(diagnostic.ports);
      return node + " has several outputs; say which one on the left of `>>`" +
             (ports.empty() ? "" : ": " + ports) + ".";
    }
    case Check::duplicate_output:
      return "The output " + at_port +
             " is used twice; lead it into a tee(), which gives its items to all.";
    default:
      return {};
  }
}

}  // namespace

std::string explain(Diagnostic const& diagnostic) {
  std::string const node = quoted(diagnostic.node);
  std::string const at_port =
      diagnostic.port.empty()
          ? node
          : quoted(std::string(diagnostic.node) + "[" + std::string(diagnostic.port) + "]");
  switch (diagnostic.check) {
    case Check::passed:
      return "There is nothing wrong.";
    case Check::unknown_name:
      return node + " is used but never defined; add a statement `" + std::string(diagnostic.node) +
             " = ...`, or correct the name.";
    case Check::duplicate_name:
      return node + " is defined twice; give one of the two another name.";
    case Check::circular_name:
      return node + " stands only for itself; define it with an operator.";
    case Check::missing_input:
    case Check::extra_input:
    case Check::no_input:
    case Check::missing_output:
    case Check::extra_output:
    case Check::no_output:
    case Check::unknown_port:
    case Check::output_port:
    case Check::second_port:
    case Check::port_needed:
    case Check::duplicate_port:
    case Check::unknown_output:
    case Check::output_port_needed:
    case Check::duplicate_output:
      return explain_connection(diagnostic, node, at_port);
    case Check::negative_cycle:
      return at_port + " must be complete before " + node +
             " gives anything, but comes round a cycle from " + node + " itself, by way of " +
             quoted(diagnostic.other) + "; break the cycle with defer_tick().";
    case Check::endless:
      return node + " gives what it holds again in every tick, and what " +
             quoted(diagnostic.other) +
             " sends starts one, so this would never come to rest; use the operator whose name "
             "ends with _no_replay, or put unique(forever) between the two.";
    case Check::untyped_cycle:
      return "The item type of " + node +
             " cannot be known, for no source leads to it; feed it, or "
             "the cycle it is in, from a source.";
  }
  return {};
}

}  // namespace weir

// What can be wrong with a flow's graph, as a value: which check, which nodes, which port. The sentences are
// where they become errors: in flow/mistakes.h at compile time, in explain() at run time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

enum class Check : std::uint8_t {
  passed,
  unknown_name,       // a node is used but never defined
  duplicate_name,     // a name is defined twice
  circular_name,      // a = b; b = a
  missing_input,      // an input that must be connected is not
  extra_input,        // more inputs than the operator takes
  missing_output,     // an output that must be connected is not
  extra_output,       // more outputs than the operator has: wants a tee()
  unknown_port,       // no input port of that name, or a port on an operator without any
  port_needed,        // an input with named ports is connected without one
  duplicate_port,     // two edges into one port
  negative_cycle,     // a cycle through an input that blocks
  untyped_cycle,      // no item type can be inferred around a cycle
};

struct Diagnostic {
  Check check = Check::passed;
  std::string_view node;   // its name, or its operator's
  std::string_view other;  // a second node: the other end, the other definition
  std::string_view port;

  constexpr bool ok() const { return check == Check::passed; }
};

// One sentence: what, where, what to do.
std::string explain(Diagnostic const& diagnostic);

}  // namespace weir

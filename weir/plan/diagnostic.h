// What can be wrong with a flow's graph, as a value: which check, which node, which port. The
// sentences are where they become errors: in flow/mistakes.h at compile time, in explain() at run
// time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

// Of a node, an edge, an element, … of a plan.
using Index = std::int16_t;
inline constexpr Index no_index = -1;

enum class Check : std::uint8_t {
  passed,
  unknown_name,        // a node is used but never defined
  duplicate_name,      // a name is defined twice
  circular_name,       // a = b; b = a
  missing_input,       // an input that must be connected is not
  extra_input,         // more inputs than the operator takes
  no_input,            // something flows into an operator that takes nothing
  missing_output,      // an output that must be connected is not
  extra_output,        // more outputs than the operator has: wants a tee()
  no_output,           // something flows out of an operator that gives nothing
  unknown_port,        // no input port of that name
  output_port,         // a port on the left of `>>`, where operators have none
  second_port,         // a port on a name that stands for a port already
  port_needed,         // an operator with named ports is given something without one
  duplicate_port,      // two edges into one port
  unknown_output,      // no output port of that name
  output_port_needed,  // an operator with named outputs is used without one
  duplicate_output,    // two edges out of one port
  negative_cycle,      // a cycle through an input that blocks
  endless,             // what is given again in every tick starts another one
  untyped_cycle,       // no item type can be inferred around a cycle
};

struct Diagnostic {
  Check check = Check::passed;
  std::string_view node{};   // its name, or its operator's
  std::string_view other{};  // a second node: the other end
  std::string_view port{};
  // Where a port is wrong or missing: those that the node has.
  std::array<std::string_view, 4> ports{std::string_view{}, std::string_view{}, std::string_view{},
                                        std::string_view{}};
  // Where it is written: the element of the statements.
  Index element = no_index;

  constexpr bool ok() const { return check == Check::passed; }
};

// One sentence: what, where, what to do.
std::string explain(Diagnostic const& diagnostic);

}  // namespace weir

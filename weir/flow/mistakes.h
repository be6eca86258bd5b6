// A mistake in a flow's graph as ONE compile error: the check's sentence, with the node and the port as
// template arguments that the compiler prints.
#pragma once

#include <cstddef>
#include <string_view>

#include "weir/flow/name.h"
#include "weir/plan/diagnostic.h"

namespace weir {

// A name of at most 63 letters as a template argument, cut to its length so that it prints well.
template <std::size_t Size>
struct NodeName {
  char letters[Size]{};
};

template <std::size_t Size>
consteval NodeName<Size> node_name(std::string_view text) {
  NodeName<Size> name;
  for (std::size_t i = 0; i + 1 < Size && i < text.size(); ++i) name.letters[i] = text[i];
  return name;
}

template <Check Found, auto Node, auto Other, auto AtPort>
struct mistake_in_flow {
  static_assert(Found != Check::unknown_name,
                "weir: Node is used in this flow but never defined; add `node = ...` or correct the name");
  static_assert(Found != Check::duplicate_name,
                "weir: Node is defined twice in this flow; give one of them another name");
  static_assert(Found != Check::circular_name,
                "weir: Node stands only for itself; give it an operator");
  static_assert(Found != Check::missing_input,
                "weir: an input of Node (AtPort, where it has ports) is not connected; "
                "add `... >> node` or `... >> node[port]`");
  static_assert(Found != Check::extra_input,
                "weir: Node takes no further input; join the inputs with union_() first");
  static_assert(Found != Check::missing_output,
                "weir: the output of Node is not connected; add `node >> ...`");
  static_assert(Found != Check::extra_output,
                "weir: the output of Node is used more often than it has outputs; end it with >> tee()");
  static_assert(Found != Check::unknown_port,
                "weir: Node has no port AtPort; its row in weir/pipes/operators names its ports");
  static_assert(Found != Check::port_needed,
                "weir: Node has several inputs; say which with node[_0], node[_1], node[pos] or node[neg]");
  static_assert(Found != Check::duplicate_port,
                "weir: port AtPort of Node is connected twice; join the inputs with union_() first");
  static_assert(Found != Check::negative_cycle,
                "weir: Node waits for all of its input (AtPort), which comes round a cycle from Other; "
                "break the cycle with defer_tick()");
  static_assert(Found != Check::untyped_cycle,
                "weir: the item type of Node cannot be inferred; feed it, or its cycle, from a source");
  static constexpr bool none = Found == Check::passed;
};

}  // namespace weir

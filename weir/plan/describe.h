// A plan as a picture and as data.
#pragma once

#include <string>
#include <string_view>

#include "weir/plan/plan.h"

namespace weir {

// A Mermaid flowchart (mermaid.js.org): a box for each subgraph with its stratum and around those
// of a loop, pulled nodes blue, pushed nodes yellow, handoffs between the boxes, blocking edges red
// and with a cross, what waits for the next tick or iteration dotted.
std::string to_mermaid(PlanView const& plan);
// The same for Graphviz (`dot -Tsvg`).
std::string to_dot(PlanView const& plan);
// Nodes, edges, subgraphs, loops and remarks (remarks.h) as JSON, for programs. References are
// positions in those arrays.
std::string to_json(PlanView const& plan);

// As they stand there: "handoff", "tick_lazy".
std::string_view text(EdgeKind kind);
std::string_view text(Delay delay);

}  // namespace weir

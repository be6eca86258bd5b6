// A plan as a picture and as data.
#pragma once

#include <string>

#include "weir/plan/plan.h"

namespace weir {

// A Mermaid flowchart (mermaid.js.org): a box for each subgraph with its stratum, pulled nodes blue, pushed
// nodes yellow, handoffs between the boxes, blocking edges with a cross, tick edges dotted.
std::string to_mermaid(PlanView const& plan);
// The same for Graphviz.
std::string to_dot(PlanView const& plan);
// Nodes, edges, subgraphs as JSON, for programs.
std::string to_json(PlanView const& plan);

}  // namespace weir

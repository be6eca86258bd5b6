// How many items have passed each node of a plan, as far as that is known. Nothing counts items on
// their way through a subgraph, which is one fused function; the handoffs around it do, and what
// they say is followed along the edges:
//
//   source_iter ─▶ map ─▶ tee ─┬─▶ [handoff: 700]     a tee gives each item to all its outputs and
//   a
//                              └─▶ filter ─▶ ?        map one for each, so 700 have passed all of
//                                                     these; what the filter gives nobody knows
//
// The rules: an edge without a handoff brings what was given to it. A node that gives one for one
// has given to each output what it was given in all. So counts go forwards and backwards through
// it, but never as a difference of others: a derived count only grows, as what is counted does.
//
// A handoff has two counts, what was written to it and what was read from it; the rest waits in it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "weir/base/slice.h"
#include "weir/plan/plan.h"

namespace weir {

enum class Known : std::uint8_t { no, derived, counted };

// "counted", "derived"; empty for what is not known.
std::string_view text(Known known);

struct ItemCount {
  std::uint64_t items = 0;
  Known known = Known::no;
};
struct EdgeCount {
  ItemCount written;
  ItemCount read;
};
struct NodeCount {
  ItemCount in;   // of all inputs; not known of what has none
  ItemCount out;  // to each output of a node that gives alike to all; else to all of them
};
struct PlanCounts {
  std::vector<NodeCount> nodes;
  std::vector<EdgeCount> edges;
};

// `counted`: of each edge of the plan, what its handoff says, where there is one. What is known in
// the end, and how, depends on the plan and on which counts are given, not on their values.
PlanCounts derive_counts(PlanView const& plan, Slice<EdgeCount const> counted);

}  // namespace weir

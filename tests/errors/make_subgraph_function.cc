// expect: weir: make_subgraph(name, where, from(inputs), to(outputs), uses(states), run)
// expect: run takes each input
#include "weir/sched/ends.h"

using namespace weir;

void build(Graph& graph, Handoff<int>& numbers, Handoff<int>& doubled) {
  graph.make_subgraph("double", 0, from(numbers), to(doubled), [](auto&) {});  // here
}

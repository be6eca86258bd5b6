// expect: weir: make_state(lifetime, initial): what outlives its tick must not hold a View
// expect: view.own()
#include <vector>

#include "weir/sched/state.h"

using namespace weir;

void build(Graph& graph) {
  graph.make_state<std::vector<View>>(forever);  // here
}

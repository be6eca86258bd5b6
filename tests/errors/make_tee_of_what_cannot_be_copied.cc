// expect: weir: a teeing handoff gives each of its readers a copy
#include <memory>

#include "weir/sched/tee.h"

using namespace weir;

void build(Graph& graph) {
  graph.make_tee<std::unique_ptr<int>>("owners");  // here
}

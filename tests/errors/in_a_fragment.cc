// expect: weir: at_node is used in this flow but never defined
// expect: {"doubled"}
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static constexpr node<"in"> in;
static constexpr node<"doubled"> doubled;

auto fragment() {
  return statements(in = map([](int v) { return 2 * v; }), in >> doubled);
}

auto const broken = flow(  // here
    source_iter(std::vector{1, 2, 3}) >> in, fragment());

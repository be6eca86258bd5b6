// A lifetime is none, tick or forever.
// expect: error: no matching function for call to
// expect: is_lifetime
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

int main() {
  std::vector<int> out;
  auto df = flow(source_iter(std::vector{1}) >> unique(5) >> dest(out));  // here
}

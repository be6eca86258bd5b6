// map wants a function.
// expect: error: no matching function for call to
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

int main() {
  std::vector<int> out;
  auto df = flow(source_iter(std::vector{1}) >> map() >> dest(out));  // here
}

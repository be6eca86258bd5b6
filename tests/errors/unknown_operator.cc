// There is no such operator.
// expect: frobnicate
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

int main() {
  std::vector<int> out;
  auto df = flow(source_iter(std::vector{1}) >> frobnicate() >> dest(out));  // here
}

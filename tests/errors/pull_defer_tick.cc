// expect: weir: this operator waits for other ticks or subgraphs, which only a flow has
#include <vector>

#include "weir/weir.h"

using namespace weir;

void later(std::vector<int> const& numbers, std::vector<int>& out) {
  auto broken = pull::from(numbers) >> defer_tick();  // here
  pivot(broken, push::into(out));
}

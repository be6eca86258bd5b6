// expect: weir: pull >> operator: this operator ends a chain or gives to several
// expect: operator >> push::outputs(a, b)
#include <vector>

#include "weir/weir.h"

using namespace weir;

void split(std::vector<int> const& numbers, std::vector<int>& out) {
  auto broken = pull::from(numbers) >> partition([](int v, int n) { return v % n; });  // here
  pivot(broken, push::into(out));
}

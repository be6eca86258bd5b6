// expect: weir: operator >> push: this operator gives only when everything has come
#include <vector>

#include "weir/weir.h"

using namespace weir;

void total(std::vector<int> const& numbers, std::vector<int>& out) {
  auto sum = fold([] { return 0; }, [](int& all, int v) { all += v; }) >> push::into(out);
  pivot(pull::from(numbers), sum);  // here
}

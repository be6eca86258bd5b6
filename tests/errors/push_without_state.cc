// expect: weir: operator >> push: this operator keeps a state, which depends on its items
// expect: push::of<Item>(operator >> push)
#include <vector>

#include "weir/weir.h"

using namespace weir;

void distinct(std::vector<int> const& numbers, std::vector<int>& out) {
  pivot(pull::from(numbers), unique() >> push::into(out));  // here
}

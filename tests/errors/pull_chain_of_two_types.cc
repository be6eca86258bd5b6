// expect: weir: pull::chain(a, b): they give items of different types
#include <string>
#include <vector>

#include "weir/weir.h"

using namespace weir;

void both(std::vector<int> const& numbers, std::vector<std::string> const& words) {
  auto broken = pull::chain(pull::from(numbers), pull::from(words));  // here
  pivot(broken, push::for_each([](int) {}));
}

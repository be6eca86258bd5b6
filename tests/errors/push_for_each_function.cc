// expect: weir: for_each(f): f cannot be called with the Item it receives
#include <string>
#include <vector>

#include "weir/weir.h"

using namespace weir;

void print(std::vector<int> const& numbers) {
  auto broken = map([](int v) { return v + 1; }) >>
                push::for_each([](std::string const& text) { (void)text.size(); });
  pivot(pull::from(numbers), broken);  // here
}

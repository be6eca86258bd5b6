// expect: weir: map(f): f cannot be called with the Item it receives
#include <string>
#include <vector>

#include "weir/weir.h"

using namespace weir;

void lengths(std::vector<int> const& numbers, std::vector<int>& out) {
  auto broken = pull::from(numbers) >> filter([](int v) { return v > 0; }) >>
                map([](std::string const& word) { return word.size(); }) >>  // here
                unique() >> map([](int v) { return v + 1; });
  pivot(broken, push::into(out));
}

// expect: weir: map(f): f cannot be called with the Item it receives
#include <string>
#include <vector>

#include "weir/weir.h"

using namespace weir;

void lengths(std::vector<int>& out) {
  auto line = push::of<int>(unique() >>  // here
                            map([](std::string const& word) { return int(word.size()); }) >>
                            push::into(out));
  pivot(pull::from(std::vector{1, 2}), line);
}

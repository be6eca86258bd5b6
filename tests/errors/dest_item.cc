// expect: weir: dest(output): the output does not take the Item
#include <string>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

static Handoff<int> numbers;

auto const broken = flow(  // here
    source_iter(std::vector<std::string>{}) >> dest(numbers));

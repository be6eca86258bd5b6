// expect: weir: operator >> push: this operator has several outputs
#include <vector>

#include "weir/weir.h"

using namespace weir;

void parts(std::vector<std::pair<int, int>> const& pairs, std::vector<int>& out) {
  pivot(pull::from(pairs), unzip() >> push::into(out));  // here
}

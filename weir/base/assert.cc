#include "weir/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace weir {

void assertion_failed(char const* expression, char const* file, int line) {
  std::fprintf(stderr, "weir: %s:%d: %s does not hold\n", file, line, expression);
  std::abort();
}

}  // namespace weir

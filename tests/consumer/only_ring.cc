// Somebody else's program that uses one part of Weir.
#include <cstdio>

#include "weir/base/version.h"
#include "weir/ring/kernel.h"
#include "weir/ring/ring.h"

static_assert(weir::is_at_least({0, 1, 0}));

int main() {
  auto made = weir::Ring::make(weir::make_kernel());
  if (!made) return 2;
  weir::Ring& ring = **made;
  weir::Completion completion;
  completion.callback = [](weir::Completion&, weir::Outcome) { std::puts("done"); };
  ring.nop(completion);
  while (!completion.idle()) ring.step(weir::Wait::park);
  return 0;
}

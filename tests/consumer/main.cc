// The smallest program there is: one flow, run for one tick.

#include <cstdio>
#include <utility>
#include <vector>

#include "weir/weir.h"

int main() {
  using namespace weir;
  int sum = 0;
  auto flow = weir::flow(source_iter(std::vector{1, 2, 3}) >> map([](int v) { return v * v; }) >>
                         for_each([&sum](int v) { sum += v; }));
  Worker worker;
  auto handle = worker.add(std::move(flow));
  handle.run_tick();
  std::printf("the sum of the squares is %d\n", sum);
  return sum == 14 ? 0 : 1;
}

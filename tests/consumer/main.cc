// What somebody else's program looks like: find_package, one header, one target; and one of each
// for its tests.
#include <cstdio>
#include <vector>

#include "weir/testing.h"
#include "weir/weir.h"

int main() {
  using namespace weir;
  auto worker = Worker::make();
  if (!worker) return 2;
  int sum = 0;
  FlowHandle handle = (*worker)->add(weir::flow(source_iter(std::vector{1, 2, 3}) >>
                                                map([](int v) { return v * 2; }) >>
                                                for_each([&sum](int v) { sum += v; })));
  handle.run_tick();
  std::printf("%d\n", sum);
  TestOutput<int> out;
  FlowScript script([&] { return weir::flow(source_iter(std::vector{1, 2}) >> out.collect()); });
  script.tick({}, {out.gives(1, 2)});
  std::fputs(script.differences().c_str(), stdout);
  return sum == 12 && script.differences().empty() ? 0 : 1;
}

// Somebody else's program that has Weir as a folder of its own, in shared libraries: what crosses
// their borders is values, virtual calls and exceptions.
#include <stdexcept>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/worker/worker.h"

int main() {
  using namespace weir;
  auto worker = Worker::make();
  if (!worker) return 2;
  int sum = 0;
  (*worker)->add(
      weir::flow(source_iter(std::vector{1, 2, 3}) >> for_each([&sum](int v) { sum += v; })));
  FlowHandle const throws =
      (*worker)->add(weir::flow(source_iter(std::vector{1}) >>
                                for_each([](int) { throw std::runtime_error("on purpose"); })));
  (*worker)->run_to_end();
  bool const told = throws.failure() != nullptr && throws.failure()->what == "on purpose";
  return sum == 6 && told ? 0 : 1;
}

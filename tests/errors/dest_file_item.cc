// expect: weir: dest_file(worker, path), dest_stdout(worker): writes text
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/file.h"

using namespace weir;

auto broken(Worker& worker) {
  return flow(  // here
      source_iter(std::vector<std::pair<int, int>>{}) >> dest_file(worker, "pairs"));
}

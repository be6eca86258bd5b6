#include "weir/io/source_async.h"

#include <memory>

#include "weir/worker/worker.h"

namespace weir {

void add_gate(Worker& worker, Graph& graph, Owner<Gate> gate) {
  worker.add_gate(graph, std::unique_ptr<Gate>(gate.release()));
}

}  // namespace weir

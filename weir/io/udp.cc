#include "weir/io/udp.h"

#include <memory>

#include "weir/net/net.h"
#include "weir/worker/worker.h"

namespace weir {

void DatagramGate::add(Worker& worker, Graph& graph, DatagramEndpoint& endpoint) {
  worker.add_gate(graph, std::unique_ptr<Gate>(new DatagramGate(worker, endpoint)));
}

void DatagramGate::admit() {
  Limits const& limits = worker_.net().limits();
  endpoint_.admit({limits.admit_items_per_tick, limits.admit_bytes_per_tick});
}

}  // namespace weir

// What a node adds to /metrics: counters of fetch, serving, sync and the store. docs/node.md tells
// them in a table.
#pragma once

#include <string_view>
#include <vector>

#include "weir/p2p/counters.h"
#include "weir/p2p/peer_links.h"
#include "weir/p2p/storage.h"
#include "weir/p2p/store_flow.h"

namespace weir::http {
class OpenMetrics;
struct Family;
}  // namespace weir::http

namespace weir {

struct NodeFigures {
  FetchCounters fetch;
  ServeCounters serve;
  SyncCounters sync;
  StorageCounters storage;
  StoreFlowCounters store_flow;
  LinkCounters links;
  std::uint64_t pending = 0;  // ops
  std::uint64_t pending_bytes = 0;
  std::uint64_t connections = 0;
};

void add_node_metrics(http::OpenMetrics& page, std::string_view labels, NodeFigures const& figures);
// All of them, for who tells what they mean.
std::vector<http::Family> node_families();

}  // namespace weir

#include "weir/p2p/node_metrics.h"

#include "weir/http/open_metrics.h"

namespace weir {

namespace {

using http::Family;
using http::MetricType;

struct Row {
  Family family;
  std::uint64_t (*value)(NodeFigures const& node);
};

constexpr Family counter(std::string_view name, std::string_view help, std::string_view unit = {}) {
  return {name, MetricType::counter, unit, help};
}
constexpr Family gauge(std::string_view name, std::string_view help, std::string_view unit = {}) {
  return {name, MetricType::gauge, unit, help};
}

using Node = NodeFigures const&;

constexpr Row rows[] = {
    {gauge("weir_node_ops", "ops held"), [](Node n) { return n.storage.held.ops; }},
    {gauge("weir_node_held_bytes", "of the ops held", "bytes"),
     [](Node n) { return n.storage.held.bytes; }},
    {gauge("weir_node_wants", "ids on the want-list of the store"),
     [](Node n) { return n.storage.held.wants; }},
    {gauge("weir_node_connections", "peers connected"), [](Node n) { return n.connections; }},

    {counter("weir_links_not_let_in", "connections refused by the access rules"),
     [](Node n) { return n.links.refused; }},
    {counter("weir_links_banned", "connections refused because their peer is banned"),
     [](Node n) { return n.links.banned; }},
    {counter("weir_links_impostors", "connections refused: somebody else was dialled"),
     [](Node n) { return n.links.impostors; }},
    {counter("weir_links_without_key", "connections refused: no key was shown"),
     [](Node n) { return n.links.nobody; }},
    {counter("weir_links_duplicates", "second connections to a peer, closed"),
     [](Node n) { return n.links.duplicates; }},
    {counter("weir_links_ourselves", "connections that led to ourselves, closed"),
     [](Node n) { return n.links.ourselves; }},

    {gauge("weir_fetch_pending", "ops wanted of peers"), [](Node n) { return n.pending; }},
    {gauge("weir_fetch_pending_memory_bytes", "what that takes", "bytes"),
     [](Node n) { return n.pending_bytes; }},
    {counter("weir_fetch_ids_added", "ops that came to be wanted of a peer"),
     [](Node n) { return n.fetch.ids_added; }},
    {counter("weir_fetch_requests", "messages that asked for ops"),
     [](Node n) { return n.fetch.requests; }},
    {counter("weir_fetch_ids_asked", "ops asked for, each time"),
     [](Node n) { return n.fetch.ids_asked; }},
    {counter("weir_fetch_ops_received", "ops that came"),
     [](Node n) { return n.fetch.ops_received; }},
    {counter("weir_fetch_received_bytes", "of the ops that came", "bytes"),
     [](Node n) { return n.fetch.bytes_received; }},
    {counter("weir_fetch_ops_stored", "ops that the store has taken"),
     [](Node n) { return n.fetch.ops_stored; }},
    {counter("weir_fetch_ops_duplicate", "ops that came though they had come before"),
     [](Node n) { return n.fetch.ops_duplicate; }},
    {counter("weir_fetch_duplicate_bytes", "of those", "bytes"),
     [](Node n) { return n.fetch.bytes_duplicate; }},
    {counter("weir_fetch_ops_unsolicited", "ops refused because nobody had asked for them"),
     [](Node n) { return n.fetch.ops_unsolicited; }},
    {counter("weir_fetch_ops_damaged", "ops refused because they are not what their id says"),
     [](Node n) { return n.fetch.ops_damaged; }},
    {counter("weir_fetch_absent", "times a peer has said that it does not hold an op"),
     [](Node n) { return n.fetch.absent; }},
    {counter("weir_fetch_timeouts", "ops that did not come in time"),
     [](Node n) { return n.fetch.timeouts; }},
    {counter("weir_fetch_hedged", "ops asked of a second peer to be quicker"),
     [](Node n) { return n.fetch.hedged; }},
    {counter("weir_fetch_dropped", "requests given up with their peer, or after their deadline"),
     [](Node n) { return n.fetch.dropped; }},
    {counter("weir_fetch_store_failures", "ops that came and could not be stored"),
     [](Node n) { return n.fetch.store_failures; }},

    {counter("weir_serve_ids_requested", "ops that peers have asked for"),
     [](Node n) { return n.serve.ids_requested; }},
    {counter("weir_serve_ids_dropped", "of those, not looked at: too many were asked"),
     [](Node n) { return n.serve.ids_dropped; }},
    {counter("weir_serve_ids_absent", "of those, not held"),
     [](Node n) { return n.serve.ids_absent; }},
    {counter("weir_serve_ops", "ops given to peers"), [](Node n) { return n.serve.ops_served; }},
    {counter("weir_serve_given_bytes", "of those", "bytes"),
     [](Node n) { return n.serve.bytes_served; }},

    {counter("weir_sync_sessions_begun", "reconciliations that this node has begun"),
     [](Node n) { return n.sync.sessions_begun; }},
    {counter("weir_sync_sessions_taken", "… that peers have begun"),
     [](Node n) { return n.sync.sessions_taken; }},
    {counter("weir_sync_sessions_done", "… that came to their end"),
     [](Node n) { return n.sync.sessions_done; }},
    {counter("weir_sync_sessions_cut", "… that one side has ended before"),
     [](Node n) { return n.sync.sessions_cut; }},
    {counter("weir_sync_sessions_lost", "… that ended with their connection"),
     [](Node n) { return n.sync.sessions_lost; }},
    {counter("weir_sync_messages_sent", "of reconciliation, and of what is new"),
     [](Node n) { return n.sync.messages_sent; }},
    {counter("weir_sync_messages_received", "the same"),
     [](Node n) { return n.sync.messages_received; }},
    {counter("weir_sync_sent_bytes", "all that was sent beside ops and requests", "bytes"),
     [](Node n) { return n.sync.bytes_sent; }},
    {counter("weir_sync_received_bytes", "the same", "bytes"),
     [](Node n) { return n.sync.bytes_received; }},
    {counter("weir_sync_needed", "ops that reconciliation has found missing here"),
     [](Node n) { return n.sync.needed; }},
    {counter("weir_sync_learnt", "ops that a peer has told of and that were not held"),
     [](Node n) { return n.sync.learnt; }},
    {counter("weir_sync_published", "ops told to peers, each time"),
     [](Node n) { return n.sync.published; }},
    {counter("weir_sync_left_out", "ops left to the next reconciliation: too many at once"),
     [](Node n) { return n.sync.left_out; }},
    {counter("weir_sync_refused", "messages that were malformed"),
     [](Node n) { return n.sync.refused; }},

    {counter("weir_store_requests", "asked of the storage thread"),
     [](Node n) { return n.storage.requests; }},
    {counter("weir_store_batches", "written, each with one sync"),
     [](Node n) { return n.storage.batches; }},
    {counter("weir_store_failures", "requests that the store could not carry out"),
     [](Node n) { return n.storage.failures; }},
    {counter("weir_store_damaged", "ops that were to be given to peers and are damaged"),
     [](Node n) { return n.store_flow.damaged; }},
    {counter("weir_store_waits", "times the storage thread had no room"),
     [](Node n) { return n.store_flow.waits; }},
};

}  // namespace

void add_node_metrics(http::OpenMetrics& page, std::string_view labels,
                      NodeFigures const& figures) {
  for (Row const& row : rows) {
    page.begin(row.family);
    page.add(labels, row.value(figures));
  }
}

std::vector<http::Family> node_families() {
  std::vector<http::Family> families;
  for (Row const& row : rows) families.push_back(row.family);
  return families;
}

}  // namespace weir

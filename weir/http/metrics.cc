// /metrics. A family is one block of the page, so families are the outer loop, and what there are
// several of (flows, their nodes, endpoints) the inner one. The labels of all of these are made
// once, at the beginning.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/clock.h"
#include "weir/http/flow_views.h"
#include "weir/http/metric_families.h"
#include "weir/http/process.h"
#include "weir/http/server_gate.h"
#include "weir/http/telemetry.h"
#include "weir/net/endpoint.h"
#include "weir/net/lane.h"
#include "weir/ring/remote.h"

namespace weir::http {

namespace {

double seconds_of_cycles(std::uint64_t cycles) {
  return static_cast<double>(cycles) / cycles_per_nanosecond() / 1e9;
}
double seconds_of(Duration duration) { return static_cast<double>(duration) / 1e9; }

// Something with the labels of its samples.
template <class T>
struct Labelled {
  std::string labels;
  T what;
};
template <class T>
using All = std::vector<Labelled<T>>;

// Everything that there are several of.
struct Things {
  All<Graph const*> flows;
  All<RunningFlow const*> running;
  All<Subgraph const*> subgraphs;
  All<NodeCount> nodes;
  All<HandoffBase const*> handoffs;
  All<Loop const*> loops;
  All<ExchangeCounters const*> exchanges;
  All<ServerGate const*> servers;
  All<Endpoint*> endpoints;
  All<DatagramEndpoint const*> datagrams;
  All<BufferPool const*> pools;
};

class Collector {
 public:
  Collector(Worker& worker, std::vector<FlowView> const& views)
      : worker_(worker), base_(Labels().add("worker", worker.number()).text()), views_(views) {}

  std::string const& base() const { return base_; }

  Things collect() {
    for (FlowView const& view : views_) add_flow(view);
    auto const& endpoints = worker_.net().endpoints();
    for (std::size_t n = 0; n < endpoints.size(); ++n) {
      Endpoint& endpoint = *endpoints[n];
      std::string const at = endpoint.is_listener() ? endpoint.address().text() : "";
      things_.endpoints.push_back({numbered("endpoint", n).add("address", at).text(), &endpoint});
    }
    auto const& datagrams = worker_.net().datagram_endpoints();
    for (std::size_t n = 0; n < datagrams.size(); ++n) {
      Labels labels = numbered("endpoint", n).add("address", datagrams[n]->address().text());
      things_.datagrams.push_back({labels.text(), datagrams[n].get()});
    }
    for (auto const& lane : worker_.net().lanes())
      things_.pools.push_back(
          {Labels(base_).add("flow", label_of(lane->graph())).text(), &lane->pool()});
    return std::move(things_);
  }

 private:
  Labels numbered(std::string_view name, std::size_t number) const {
    return Labels(base_).add(name, number);
  }
  // Of a graph that is none of the worker's flows: that of nobody.
  std::string_view label_of(Graph const& graph) const {
    for (FlowView const& view : views_)
      if (&view.flow->graph == &graph) return view.label;
    return {};
  }

  void add_flow(FlowView const& view) {
    Graph const& graph = view.flow->graph;
    std::string const flow = Labels(base_).add("flow", view.label).text();
    things_.flows.push_back({flow, &graph});
    things_.running.push_back({flow, view.flow});
    for (std::size_t s = 0; s < graph.subgraphs().size(); ++s) {
      Subgraph const& subgraph = *graph.subgraphs()[s];
      Labels labels = Labels(flow).add("subgraph", s).add("name", subgraph.name);
      things_.subgraphs.push_back({labels.add("stratum", subgraph.stratum).text(), &subgraph});
    }
    add_nodes(view, flow);
    add_handoffs(view, flow);
    for (std::size_t l = 0; l < graph.loops().size(); ++l) {
      Loop const& loop = *graph.loops()[l];
      things_.loops.push_back({Labels(flow).add("loop", l).add("name", loop.name()).text(), &loop});
    }
    for (auto const& gate : view.flow->gates) add_gate(*gate, flow);
  }
  void add_gate(Gate const& gate, std::string const& flow) {
    if (ExchangeCounters const* const counters = gate.exchange_counters()) {
      Labels labels = Labels(flow).add("exchange", things_.exchanges.size());
      things_.exchanges.push_back({labels.add("name", gate.node_title()).text(), counters});
    }
    if (auto const* const server = dynamic_cast<ServerGate const*>(&gate))
      things_.servers.push_back({flow, server});
  }
  void add_nodes(FlowView const& view, std::string const& flow) {
    auto const now = [](HandoffBase const& handoff) { return handoff.counters(); };
    PlanCounts const counts = derive_counts(view.plan.view(), counted_on(view.plan, now));
    for (std::size_t n = 0; n < view.plan.nodes.size(); ++n) {
      if (view.node_ids[n].empty()) continue;
      PlanNode const& node = view.plan.nodes[n];
      Labels labels = Labels(flow).add("node", view.node_ids[n]).add("name", node.title());
      things_.nodes.push_back({labels.add("operator", node.info.name).text(), counts.nodes[n]});
    }
  }
  void add_handoffs(FlowView const& view, std::string const& flow) {
    std::map<std::string, std::size_t> alike;
    HandoffBase const* last = nullptr;  // what several write to stands on several edges, in a row
    for (std::size_t e = 0; e < view.plan.edges.size(); ++e) {
      HandoffBase const* const handoff = view.plan.handoffs[e].handoff;
      if (handoff == nullptr || std::exchange(last, handoff) == handoff) continue;
      PlanEdge const& edge = view.plan.edges[e];
      Labels labels = Labels(flow).add("name", handoff->name);
      labels.add("from", view.node_ids[static_cast<std::size_t>(edge.source)]);
      labels.add("to", view.node_ids[static_cast<std::size_t>(edge.target)]);
      labels.add("port", edge.target_port);
      std::size_t const before = alike[labels.text()]++;
      if (before > 0) labels.add("again", before);
      things_.handoffs.push_back({labels.text(), handoff});
    }
  }

  Worker& worker_;
  std::string const base_;
  std::vector<FlowView> const& views_;
  Things things_;
};

class Page {
 public:
  // One sample of each of `all`.
  template <class T, class ValueOf>
  void add(Family const& family, All<T> const& all, ValueOf value_of) {
    page_.begin(family);
    for (Labelled<T> const& one : all) page_.add(one.labels, value_of(one.what));
  }
  template <class Value>
  void add(Family const& family, std::string_view labels, Value value) {
    page_.begin(family);
    page_.add(labels, value);
  }
  template <class Rows, class T, class CountersOf>
  void add_rows(Rows const& rows, All<T> const& all, CountersOf counters_of) {
    for (auto const& row : rows)
      add(row.family, all, [&](T const& what) { return counters_of(what).*row.value; });
  }
  template <class Rows, class Counters>
  void add_rows(Rows const& rows, std::string_view labels, Counters const& counters) {
    for (auto const& row : rows) add(row.family, labels, counters.*row.value);
  }
  // As many as are known.
  void add_nodes(Family const& family, All<NodeCount> const& nodes, ItemCount NodeCount::*end) {
    page_.begin(family);
    for (Labelled<NodeCount> const& node : nodes) {
      ItemCount const count = node.what.*end;
      if (count.known == Known::no) continue;
      page_.add(Labels(node.labels).add("known", weir::text(count.known)).text(), count.items);
    }
  }

  OpenMetrics& open() { return page_; }
  std::string finish() && { return std::move(page_).finish(); }

 private:
  OpenMetrics page_;
};

void add_process(Page& page, ProcessFigures const& process) {
  page.add(process_cpu, "", process.cpu_seconds);
  page.add(process_start, "", process.start_time_seconds);
  page.add(process_resident, "", process.resident_bytes);
  page.add(process_virtual, "", process.virtual_bytes);
  page.open().begin(process_descriptors);
  if (process.descriptors_open) page.open().add("", *process.descriptors_open);
  page.add(process_descriptors_max, "", process.descriptors_max);
}

void add_worker(Page& page, Worker& worker, std::string_view base) {
  page.add_rows(ring_rows, base, worker.ring().counters());
  RemoteCounters const posts = worker.ring().remote_counters();
  page.add(ring_posted, base, posts.posted);
  page.add(ring_posted_batches, base, posts.wakes);
  page.add(ring_posts_refused, base, posts.full);
  WorkerCounters const counters = worker.counters();
  page.add(worker_spins_found, base, counters.spins_found);
  page.add(worker_spins_in_vain, base, counters.spins_in_vain);
  page.add(worker_spin_seconds, base, seconds_of(counters.spin_time));
}

void add_net(Page& page, Net const& net, std::string_view base, Things const& things) {
  page.add_rows(net_rows, base, net.counters());
  page.open().begin(net_closed);
  for (std::size_t r = 0; r < close_reason_count; ++r) {
    auto const reason = static_cast<CloseReason>(r);
    page.open().add(Labels(base).add("reason", text(reason)).text(),
                    net.counters().closed_for(reason));
  }
  page.add(net_connections, base, std::uint64_t{net.connection_count()});
  page.add(net_connections_suspended, base, net.suspended_count());
  page.add(net_pressure_bytes, base, net.pressure());
  page.add(net_pressure_limit_bytes, base, net.limits().egress_total_mark_bytes);
  page.add(net_unfinished_bytes, base, net.unfinished_bytes());
  page.add(net_queue_bytes, base, net.queue_bytes());

  auto const& endpoints = things.endpoints;
  page.add(endpoint_connections, endpoints,
           [](Endpoint* one) { return std::uint64_t{one->connection_count()}; });
  page.add(endpoint_suspended, endpoints,
           [](Endpoint* one) { return std::uint64_t{one->ingress().suspended()}; });
  page.add(endpoint_full, endpoints,
           [](Endpoint* one) { return std::uint64_t{one->egress().full()}; });
  page.add(endpoint_waiting_bytes, endpoints,
           [](Endpoint* one) { return one->egress().pressure().waiting; });
  page.add(endpoint_held_bytes, endpoints,
           [](Endpoint* one) { return one->egress().pressure().held; });

  using Pool = BufferPool const*;
  page.add(pool_buffers, things.pools, [](Pool pool) { return std::uint64_t{pool->count()}; });
  page.add(pool_buffers_out, things.pools,
           [](Pool pool) { return std::uint64_t{pool->out_count()}; });
  page.add(pool_buffers_out_high_water, things.pools,
           [](Pool pool) { return std::uint64_t{pool->counters().out_high_water}; });
  page.add(pool_results, things.pools, [](Pool pool) { return pool->counters().results; });
  page.add(pool_starved, things.pools, [](Pool pool) { return pool->counters().starved; });

  page.add_rows(datagram_rows, things.datagrams,
                [](DatagramEndpoint const* one) { return one->counters(); });
  page.open().begin(datagrams_dropped);
  for (auto const& [labels, one] : things.datagrams)
    for (DroppedRow const& row : dropped_rows)
      page.open().add(Labels(labels).add("reason", row.reason).text(), one->counters().*row.value);
}

void add_flows(Page& page, Things const& things) {
  page.add_rows(flow_rows, things.flows, [](Graph const* graph) { return graph->counters(); });
  page.add(flow_held, things.flows, [](Graph const* one) { return std::uint64_t{one->held()}; });
  page.add(flow_ended, things.running,
           [](RunningFlow const* one) { return std::uint64_t{one->ended}; });
  page.add(flow_failed, things.flows,
           [](Graph const* one) { return std::uint64_t{one->failure() != nullptr}; });

  page.add_rows(subgraph_rows, things.subgraphs, [](Subgraph const* one) { return one->counters; });
  page.add(subgraph_busy_seconds, things.subgraphs,
           [](Subgraph const* one) { return seconds_of_cycles(one->counters.busy_cycles); });
  page.add_nodes(node_in_items, things.nodes, &NodeCount::in);
  page.add_nodes(node_out_items, things.nodes, &NodeCount::out);

  using One = HandoffBase const*;
  page.add(handoff_items, things.handoffs, [](One one) { return one->counters().items; });
  page.add(handoff_depth_items, things.handoffs, [](One one) { return one->counters().depth; });
  page.add(handoff_high_water_items, things.handoffs,
           [](One one) { return one->counters().high_water; });
  page.add_rows(loop_rows, things.loops, [](Loop const* one) { return one->counters(); });
  page.add_rows(exchange_rows, things.exchanges, [](ExchangeCounters const* one) { return *one; });
  page.add(exchange_late_high_water_items, things.exchanges,
           [](ExchangeCounters const* one) { return one->late_high; });
}

void add_servers(Page& page, All<ServerGate const*> const& servers) {
  page.add_rows(server_rows, servers, [](ServerGate const* one) { return one->counters(); });
  page.open().begin(http_responses);
  for (auto const& [labels, server] : servers) {
    auto const& responses = server->counters().responses;
    for (std::size_t digit = 1; digit < responses.size(); ++digit)
      page.open().add(Labels(labels).add("class", std::to_string(digit) + "xx").text(),
                      responses[digit]);
  }
  page.open().begin(http_refused);
  for (auto const& [labels, server] : servers) {
    for (std::size_t r = 1; r < refusal_count; ++r) {  // 0 is none
      auto const refusal = static_cast<Refusal>(r);
      page.open().add(Labels(labels).add("reason", name_of(refusal)).text(),
                      server->counters().refused_for(refusal));
    }
  }
  page.add(http_connections, servers,
           [](ServerGate const* one) { return std::uint64_t{one->connection_count()}; });
}

}  // namespace

struct Metrics::State {
  Worker& worker;
  FlowViews views;
  MoreMetrics more;
};

Metrics::Metrics(Worker& worker, MoreMetrics more)
    : state_(new State{worker, FlowViews(worker), std::move(more)}) {
  cycles_per_nanosecond();  // now, for it takes two milliseconds the first time
}
Metrics::Metrics(Metrics&&) noexcept = default;
Metrics::~Metrics() = default;

std::string Metrics::text() { return text(process_figures()); }

std::string Metrics::text(ProcessFigures const& process) {
  Collector collector(state_->worker, state_->views.look());
  Things const things = collector.collect();
  Page page;
  add_process(page, process);
  add_worker(page, state_->worker, collector.base());
  add_net(page, state_->worker.net(), collector.base(), things);
  add_flows(page, things);
  add_servers(page, things.servers);
  if (state_->more) state_->more(page.open(), collector.base());
  return std::move(page).finish();
}

}  // namespace weir::http

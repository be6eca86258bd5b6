// /graph. What has happened since an earlier sample, divided by the time since then, is a rate.
//
// Two samples are kept: `base`, which rates refer to, and `latest`. A new question takes the place
// of `latest`, and that of `base`, only when `latest` is old enough: whoever asks twice a second or
// more rarely gets rates of at least the time since the question before, and however many ask, the
// interval is never shorter than sample_time_min.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weir/base/clock.h"
#include "weir/http/flow_views.h"
#include "weir/http/process.h"
#include "weir/http/telemetry.h"
#include "weir/net/connection.h"
#include "weir/net/endpoint.h"
#include "weir/net/lane.h"
#include "weir/plan/describe.h"

namespace weir::http {

namespace {

using Json = nlohmann::ordered_json;

constexpr Duration sample_time_min = 500 * milliseconds;
// Of slow peers: told, and looked at.
constexpr std::size_t slow_peers_told_max = 16;
constexpr std::size_t slow_peers_seen_max = 1024;

// A position in another array, null where there is none.
Json reference(Index index) { return index == no_index ? Json(nullptr) : Json(index); }

double seconds_of_cycles(std::uint64_t cycles) {
  return static_cast<double>(cycles) / cycles_per_nanosecond() / 1e9;
}

// What counters said at some time.
struct Sample {
  Instant time = 0;
  double cpu_seconds = 0;
  NetCounters net;
  std::uint64_t parks = 0;
  std::unordered_map<Graph const*, GraphCounters> graphs;
  std::unordered_map<Subgraph const*, SubgraphCounters> subgraphs;
  std::unordered_map<HandoffBase const*, HandoffCounters> handoffs;

  static Sample of(Worker const& worker, Instant now, NetCounters const& net, Ring const& ring) {
    Sample sample;
    sample.time = now;
    sample.cpu_seconds = process_cpu_seconds();
    sample.net = net;
    sample.parks = ring.counters().parks;
    for (std::unique_ptr<RunningFlow> const& flow : worker.flows()) {
      Graph const& graph = flow->graph;
      sample.graphs[&graph] = graph.counters();
      for (Subgraph const* one : graph.subgraphs()) sample.subgraphs[one] = one->counters;
      for (HandoffBase const* one : graph.handoffs()) sample.handoffs[one] = one->counters();
    }
    return sample;
  }
};

// What is there now, and since an earlier sample. (What came later than that began at zero.)
class Comparison {
 public:
  Comparison(Sample const& base, Instant now)
      : base_(base), seconds_(static_cast<double>(now - base.time) / 1e9) {}

  double seconds() const { return seconds_; }
  double rate(std::uint64_t difference) const {
    return seconds_ > 0 ? static_cast<double>(difference) / seconds_ : 0;
  }
  double share(double difference) const { return seconds_ > 0 ? difference / seconds_ : 0; }
  Sample const& base() const { return base_; }

  // {"total": 7, "rate": 0.5}
  Json counter(std::uint64_t now, std::uint64_t before) const {
    return {{"total", now}, {"rate", rate(now - before)}};
  }
  // The items of a handoff since then: read and written. (Both only grow.)
  HandoffCounters since(HandoffBase const& handoff) const {
    HandoffCounters const now = handoff.counters();
    auto const found = base_.handoffs.find(&handoff);
    HandoffCounters const before =
        found == base_.handoffs.end() ? HandoffCounters{} : found->second;
    std::uint64_t const written = now.items - before.items;
    std::uint64_t const read = (now.items - now.depth) - (before.items - before.depth);
    return {written, written - read, now.high_water};  // items - depth is what was read
  }
  template <class Map, class Key>
  static typename Map::mapped_type before(Map const& map, Key const* key) {
    auto const found = map.find(key);
    return found == map.end() ? typename Map::mapped_type{} : found->second;
  }

 private:
  Sample const& base_;
  double seconds_;
};

// What a flow does, put together from its plan and two samples of its counters.
class FlowReport {
 public:
  FlowReport(FlowView const& view, Comparison const& comparison)
      : view_(view),
        plan_(view.plan),
        comparison_(comparison),
        totals_(derive_counts(
            plan_.view(),
            counted_on(plan_, [](HandoffBase const& handoff) { return handoff.counters(); }))),
        recent_(derive_counts(plan_.view(), counted_on(plan_, [&](HandoffBase const& handoff) {
                                return comparison.since(handoff);
                              }))) {}

  Json run() const {
    RunningFlow const& flow = *view_.flow;
    Graph const& graph = flow.graph;
    GraphCounters const now = graph.counters();
    GraphCounters const before = Comparison::before(comparison_.base().graphs, &graph);
    Json json{{"name", view_.label},
              {"state", state_of(flow)},
              {"held", graph.held()},
              {"ticks", comparison_.counter(now.ticks, before.ticks)},
              {"activations", comparison_.counter(now.activations, before.activations)},
              {"yields", comparison_.counter(now.yields, before.yields)},
              {"busy", busy_of_all()}};
    if (Failure const* const failure = graph.failure())
      json["failure"] = {{"node", failure->node}, {"what", failure->what}};
    json["nodes"] = nodes();
    json["edges"] = edges();
    json["subgraphs"] = subgraphs();
    json["loops"] = loops();
    return json;
  }

 private:
  static std::string_view state_of(RunningFlow const& flow) {
    if (flow.graph.failure() != nullptr) return "failed";
    if (flow.ended) return "ended";
    return flow.stopping ? "stopping" : "running";
  }

  // Null where nothing is known.
  Json items(ItemCount total, ItemCount recent) const {
    if (total.known == Known::no) return nullptr;
    return {{"items", total.items},
            {"rate", comparison_.rate(recent.items)},
            {"known", text(total.known)}};
  }

  Json nodes() const {
    Json all = Json::array();
    for (std::size_t n = 0; n < plan_.nodes.size(); ++n) {
      PlanNode const& node = plan_.nodes[n];
      all.push_back({{"operator", node.info.name},
                     {"name", node.name},
                     {"entry_name", node.entry_name},
                     {"subgraph", reference(node.subgraph)},
                     {"stratum", node.stratum},
                     {"pull", node.pull},
                     {"in", items(totals_.nodes[n].in, recent_.nodes[n].in)},
                     {"out", items(totals_.nodes[n].out, recent_.nodes[n].out)}});
    }
    return all;
  }

  Json edges() const {
    Json all = Json::array();
    for (std::size_t e = 0; e < plan_.edges.size(); ++e) {
      PlanEdge const& edge = plan_.edges[e];
      Json one{{"source", edge.source},
               {"target", edge.target},
               {"source_port", edge.source_port},
               {"target_port", edge.target_port},
               {"kind", weir::text(edge.kind)},
               {"delay", weir::text(edge.delay)},
               {"written", items(totals_.edges[e].written, recent_.edges[e].written)},
               {"read", items(totals_.edges[e].read, recent_.edges[e].read)}};
      if (HandoffBase const* const handoff = plan_.handoffs[e].handoff) {
        HandoffCounters const counters = handoff->counters();
        one["depth"] = counters.depth;
        one["high_water"] = counters.high_water;
      }
      all.push_back(std::move(one));
    }
    return all;
  }

  Json busy(std::uint64_t total, std::uint64_t recent) const {
    return {{"seconds", seconds_of_cycles(total)},
            {"share", comparison_.share(seconds_of_cycles(recent))}};
  }
  Json busy_of_all() const {
    std::uint64_t total = 0;
    std::uint64_t recent = 0;
    for (Subgraph const* one : view_.flow->graph.subgraphs()) {
      std::uint64_t const cycles = one->counters.busy_cycles;
      total += cycles;
      recent += cycles - Comparison::before(comparison_.base().subgraphs, one).busy_cycles;
    }
    return busy(total, recent);
  }

  Json subgraphs() const {
    Json all = Json::array();
    for (Subgraph const* one : view_.flow->graph.subgraphs()) {
      SubgraphCounters const now = one->counters;
      SubgraphCounters const before = Comparison::before(comparison_.base().subgraphs, one);
      Index const loop =
          all.size() < plan_.subgraphs.size() ? plan_.subgraphs[all.size()].loop : no_index;
      all.push_back({{"name", one->name},
                     {"stratum", one->stratum},
                     {"loop", reference(loop)},
                     {"replays", one->replays},
                     {"runs", comparison_.counter(now.runs, before.runs)},
                     {"yields", comparison_.counter(now.yields, before.yields)},
                     {"busy", busy(now.busy_cycles, now.busy_cycles - before.busy_cycles)}});
    }
    return all;
  }

  Json loops() const {
    Json all = Json::array();
    auto const& made = view_.flow->graph.loops();
    for (std::size_t l = 0; l < made.size() && l < plan_.loops.size(); ++l) {
      LoopCounters const counters = made[l]->counters();
      all.push_back({{"name", made[l]->name()},
                     {"parent", reference(plan_.loops[l].parent)},
                     {"entries", counters.entries},
                     {"iterations", counters.iterations},
                     {"cut_short", counters.cut_short}});
    }
    return all;
  }

  FlowView const& view_;
  GraphPlan const& plan_;
  Comparison const& comparison_;
  PlanCounts const totals_;
  PlanCounts const recent_;
};

Json net_report(Net const& net, Comparison const& comparison) {
  NetCounters const& now = net.counters();
  NetCounters const& before = comparison.base().net;
  return {{"connections", net.connection_count()},
          {"suspended", net.suspended_count()},
          {"pressure_bytes", net.pressure()},
          {"pressure_limit_bytes", net.limits().egress_total_mark_bytes},
          {"queue_bytes", net.queue_bytes()},
          {"buffers_out", net.buffers_out()},
          {"in_bytes", comparison.counter(now.bytes_in, before.bytes_in)},
          {"out_bytes", comparison.counter(now.bytes_out, before.bytes_out)},
          {"in_frames", comparison.counter(now.frames_in, before.frames_in)},
          {"out_frames", comparison.counter(now.frames_out, before.frames_out)},
          {"opened", comparison.counter(now.opened, before.opened)},
          {"closed_slow", now.closed_for(CloseReason::slow)}};
}

Json endpoint_report(Endpoint& endpoint, std::vector<FlowView> const& views) {
  Pressure const pressure = endpoint.egress().pressure();
  Json flow = nullptr;
  for (std::size_t f = 0; f < views.size(); ++f)
    if (endpoint.uses(views[f].flow->graph)) flow = f;
  return {{"kind", endpoint.is_listener() ? "listener" : "dialer"},
          {"address", endpoint.is_listener() ? endpoint.address().text() : ""},
          {"flow", flow},
          {"connections", endpoint.connection_count()},
          {"suspended", endpoint.ingress().suspended()},
          {"full", endpoint.egress().full()},
          {"waiting_bytes", pressure.waiting},
          {"held_bytes", pressure.held}};
}

// Those whose unread bytes are the most, of the longest suspended.
Json slow_peers(Net const& net) {
  std::vector<Connection*> slow;
  for (Connection* one = net.suspended().front();
       one != nullptr && slow.size() < slow_peers_seen_max; one = net.suspended().next(*one))
    slow.push_back(one);
  auto const told =
      slow.begin() + static_cast<std::ptrdiff_t>(std::min(slow.size(), slow_peers_told_max));
  std::partial_sort(slow.begin(), told, slow.end(), [](Connection* a, Connection* b) {
    return a->pressure().bytes() > b->pressure().bytes();
  });
  Json all = Json::array();
  for (auto one = slow.begin(); one != told; ++one) {
    Result<Address> const address = (*one)->endpoint().peer_address((*one)->id());
    all.push_back({{"address", address ? address.value().text() : ""},
                   {"waiting_bytes", (*one)->pressure().waiting},
                   {"held_bytes", (*one)->pressure().held}});
  }
  return all;
}

}  // namespace

struct GraphReport::State {
  Worker& worker;
  FlowViews views;
  Sample base;
  Sample latest;

  Sample sample(Instant now) {
    return Sample::of(worker, now, worker.net().counters(), worker.ring());
  }
};

GraphReport::GraphReport(Worker& worker) : state_(new State{worker, FlowViews(worker), {}, {}}) {
  cycles_per_nanosecond();  // now, for it takes two milliseconds the first time
  state_->base = state_->latest = state_->sample(worker.clock().now());
}
GraphReport::GraphReport(GraphReport&&) noexcept = default;
GraphReport::~GraphReport() = default;

std::string GraphReport::json() {
  Worker& worker = state_->worker;
  Instant const now = worker.clock().now();
  if (now - state_->latest.time >= sample_time_min)
    state_->base = std::exchange(state_->latest, state_->sample(now));
  Comparison const comparison(state_->base, now);
  std::vector<FlowView> const& views = state_->views.look();

  double const cpu = process_cpu_seconds();
  std::uint64_t const parks = worker.ring().counters().parks;
  Json json{{"worker", worker.number()},
            {"interval_seconds", comparison.seconds()},
            {"cpu_share", comparison.share(cpu - state_->base.cpu_seconds)},
            {"sleeps", comparison.counter(parks, state_->base.parks)},
            {"stopping", worker.is_stopping()},
            {"net", net_report(worker.net(), comparison)},
            {"endpoints", Json::array()},
            {"slow_peers", slow_peers(worker.net())},
            {"flows", Json::array()}};
  for (std::unique_ptr<Endpoint> const& endpoint : worker.net().endpoints())
    json["endpoints"].push_back(endpoint_report(*endpoint, views));
  for (FlowView const& view : views) json["flows"].push_back(FlowReport(view, comparison).run());
  // Names are the program's, and may be anything: where one is no UTF-8 a mark stands in for it.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace weir::http

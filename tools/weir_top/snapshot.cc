#include "tools/weir_top/snapshot.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace weir::top {

namespace {

using Json = nlohmann::json;

// The library says by an exception that something is missing or of another kind; so do we here,
// and read_snapshot makes one sentence of it.
struct Misshapen : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Whatever a terminal might take for an order is a '?': control characters, also those of two
// bytes (U+0080 to U+009F). What is no UTF-8 the parser has refused.
std::string harmless(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const code = static_cast<unsigned char>(text[i]);
    if (code < 0x20 || code == 0x7F) text[i] = '?';
    if (code != 0xC2 || i + 1 == text.size()) continue;
    if (static_cast<unsigned char>(text[i + 1]) < 0xA0) text.replace(i, 2, "?");
  }
  return text;
}

std::string text_at(Json const& json, char const* key) {
  return harmless(json.at(key).get<std::string>());
}
double number_at(Json const& json, char const* key) {
  double const number = json.at(key).get<double>();
  return std::isfinite(number) && number > 0 ? number : 0;
}
double rate_at(Json const& json, char const* key) { return number_at(json.at(key), "rate"); }
std::uint64_t count_at(Json const& json, char const* key) {
  Json const& count = json.at(key);
  if (!count.is_number_unsigned()) throw Misshapen(std::string(key) + " is no count");
  return count.get<std::uint64_t>();
}

// A position in an array of that size.
std::size_t reference_at(Json const& json, char const* key, std::size_t size) {
  std::uint64_t const position = count_at(json, key);
  if (position >= size) throw Misshapen(std::string(key) + " refers to nothing");
  return position;
}
std::optional<std::size_t> maybe_reference_at(Json const& json, char const* key, std::size_t size) {
  if (json.at(key).is_null()) return std::nullopt;
  return reference_at(json, key, size);
}

std::optional<Rate> maybe_rate_at(Json const& json, char const* key) {
  Json const& known = json.at(key);
  if (known.is_null()) return std::nullopt;
  return Rate{number_at(known, "rate"), count_at(known, "items"),
              known.at("known").get<std::string>() == "derived"};
}

Node read_node(Json const& json, std::size_t subgraph_count) {
  Node node;
  node.operator_name = text_at(json, "operator");
  node.name = text_at(json, "name");
  node.entry_name = text_at(json, "entry_name");
  node.subgraph = maybe_reference_at(json, "subgraph", subgraph_count);
  node.pull = json.at("pull").get<bool>();
  node.in = maybe_rate_at(json, "in");
  node.out = maybe_rate_at(json, "out");
  return node;
}

Edge read_edge(Json const& json, std::size_t node_count) {
  Edge edge;
  edge.source = reference_at(json, "source", node_count);
  edge.target = reference_at(json, "target", node_count);
  edge.source_port = text_at(json, "source_port");
  edge.target_port = text_at(json, "target_port");
  edge.kind = text_at(json, "kind");
  edge.delay = text_at(json, "delay");
  edge.written = maybe_rate_at(json, "written");
  edge.read = maybe_rate_at(json, "read");
  if (!json.contains("depth")) return edge;
  edge.depth = count_at(json, "depth");
  edge.high_water = count_at(json, "high_water");
  return edge;
}

Subgraph read_subgraph(Json const& json, std::size_t loop_count) {
  Subgraph subgraph;
  subgraph.name = text_at(json, "name");
  subgraph.stratum = static_cast<int>(reference_at(json, "stratum", 256));
  subgraph.loop = maybe_reference_at(json, "loop", loop_count);
  subgraph.runs_per_second = rate_at(json, "runs");
  subgraph.yields_per_second = rate_at(json, "yields");
  subgraph.busy_share = number_at(json.at("busy"), "share");
  return subgraph;
}

Flow read_flow(Json const& json) {
  Flow flow;
  flow.name = text_at(json, "name");
  flow.state = text_at(json, "state");
  flow.held = json.at("held").get<bool>();
  flow.ticks_per_second = rate_at(json, "ticks");
  flow.yields_per_second = rate_at(json, "yields");
  flow.busy_share = number_at(json.at("busy"), "share");
  if (json.contains("failure")) {
    flow.failed_node = text_at(json.at("failure"), "node");
    flow.failed_what = text_at(json.at("failure"), "what");
  }
  std::vector<std::size_t> depths;
  for (Json const& one : json.at("loops")) {
    auto const parent = maybe_reference_at(one, "parent", flow.loops.size());
    depths.push_back(parent ? depths[*parent] + 1 : 1);
    if (depths.back() > loops_nested_max) throw Misshapen("loops lie too deep in each other");
    flow.loops.push_back({text_at(one, "name"), parent});
  }
  for (Json const& one : json.at("subgraphs"))
    flow.subgraphs.push_back(read_subgraph(one, flow.loops.size()));
  for (Json const& one : json.at("nodes"))
    flow.nodes.push_back(read_node(one, flow.subgraphs.size()));
  for (Json const& one : json.at("edges")) flow.edges.push_back(read_edge(one, flow.nodes.size()));
  return flow;
}

Endpoint read_endpoint(Json const& json, std::vector<Flow> const& flows) {
  Endpoint endpoint;
  endpoint.kind = text_at(json, "kind");
  endpoint.address = text_at(json, "address");
  if (auto const flow = maybe_reference_at(json, "flow", flows.size()))
    endpoint.flow = flows[*flow].name;
  endpoint.connections = count_at(json, "connections");
  endpoint.suspended = json.at("suspended").get<bool>();
  endpoint.full = json.at("full").get<bool>();
  endpoint.waiting_bytes = count_at(json, "waiting_bytes");
  endpoint.held_bytes = count_at(json, "held_bytes");
  return endpoint;
}

Snapshot read(Json const& json) {
  Snapshot snapshot;
  snapshot.worker = count_at(json, "worker");
  snapshot.interval_seconds = number_at(json, "interval_seconds");
  snapshot.cpu_share = number_at(json, "cpu_share");
  snapshot.sleeps_per_second = rate_at(json, "sleeps");
  snapshot.stopping = json.at("stopping").get<bool>();
  Json const& net = json.at("net");
  snapshot.connections = count_at(net, "connections");
  snapshot.suspended = count_at(net, "suspended");
  snapshot.pressure_bytes = count_at(net, "pressure_bytes");
  snapshot.pressure_limit_bytes = count_at(net, "pressure_limit_bytes");
  snapshot.in_bytes_per_second = rate_at(net, "in_bytes");
  snapshot.out_bytes_per_second = rate_at(net, "out_bytes");
  for (Json const& one : json.at("flows")) snapshot.flows.push_back(read_flow(one));
  for (Json const& one : json.at("endpoints"))
    snapshot.endpoints.push_back(read_endpoint(one, snapshot.flows));
  for (Json const& one : json.at("slow_peers"))
    snapshot.slow_peers.push_back(
        {text_at(one, "address"), count_at(one, "waiting_bytes"), count_at(one, "held_bytes")});
  return snapshot;
}

Error not_a_graph(std::string_view what) {
  return {0, "this is not what /graph of a weir program says: " + harmless(std::string(what))};
}

}  // namespace

Result<Snapshot> read_snapshot(std::string_view text) {
  try {
    return read(Json::parse(text));
  } catch (Json::exception const& error) {
    return not_a_graph(error.what());
  } catch (Misshapen const& error) {
    return not_a_graph(error.what());
  }
}

}  // namespace weir::top

// What /graph says, read from its JSON (docs/weir-top.md) and checked: every reference is to
// something that is there, and no text holds what would move a terminal's cursor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"

namespace weir::top {

// Items a second; derived: known because what passes there is one for one with what is counted.
struct Rate {
  double per_second = 0;
  std::uint64_t items = 0;
  bool derived = false;
};

struct Node {
  std::string operator_name;
  std::string name;                     // where the user's name ends
  std::string entry_name;               // where it begins
  std::optional<std::size_t> subgraph;  // none: outside of the graph
  bool pull = false;
  std::optional<Rate> in;
  std::optional<Rate> out;
};
struct Edge {
  std::size_t source = 0;
  std::size_t target = 0;
  std::string target_port;
  std::string source_port;
  std::string kind;   // direct, handoff, blocking
  std::string delay;  // none, tick, tick_lazy, iteration
  std::optional<Rate> written;
  std::optional<Rate> read;
  // Of a handoff that counts: items that wait, and the most that did.
  std::optional<std::uint64_t> depth;
  std::uint64_t high_water = 0;
};
struct Subgraph {
  std::string name;
  int stratum = 0;
  std::optional<std::size_t> loop;
  double runs_per_second = 0;
  double yields_per_second = 0;
  double busy_share = 0;
};
// They lie within each other at most so deep: each takes a stratum of its own.
inline constexpr std::size_t loops_nested_max = 256;
struct Loop {
  std::string name;
  std::optional<std::size_t> parent;  // a smaller number
};
struct Flow {
  std::string name;
  std::string state;  // running, stopping, ended, failed
  std::string failed_node;
  std::string failed_what;
  bool held = false;
  double ticks_per_second = 0;
  double yields_per_second = 0;
  double busy_share = 0;
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  std::vector<Subgraph> subgraphs;
  std::vector<Loop> loops;
};

struct Endpoint {
  std::string kind;  // listener, dialer
  std::string address;
  std::string flow;  // its name; empty: none
  std::uint64_t connections = 0;
  bool suspended = false;
  bool full = false;
  std::uint64_t waiting_bytes = 0;
  std::uint64_t held_bytes = 0;
};
struct SlowPeer {
  std::string address;
  std::uint64_t waiting_bytes = 0;
  std::uint64_t held_bytes = 0;
};

struct Snapshot {
  std::uint64_t worker = 0;
  double interval_seconds = 0;  // that the rates are of
  double cpu_share = 0;
  double sleeps_per_second = 0;
  bool stopping = false;
  std::uint64_t connections = 0;
  std::uint64_t suspended = 0;
  std::uint64_t pressure_bytes = 0;
  std::uint64_t pressure_limit_bytes = 0;
  double in_bytes_per_second = 0;
  double out_bytes_per_second = 0;
  std::vector<Endpoint> endpoints;
  std::vector<SlowPeer> slow_peers;
  std::vector<Flow> flows;
};

// One sentence where it is something else.
Result<Snapshot> read_snapshot(std::string_view json);

}  // namespace weir::top

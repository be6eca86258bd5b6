// A subgraph is a run function with its handoffs, its stratum and its counters. Flows make theirs
// from fused operators, net's egress is one written by hand, and so is anybody's: nothing else is
// ever scheduled.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "weir/sched/handoff.h"

namespace weir {

class Graph;

// done: everything that was there is consumed. yielded: the budget ended first; run me again, first
// in my stratum, and I go on where I stopped.
enum class Status : std::uint8_t { done, yielded };

// What a run function is given.
struct Activation {
  Graph& graph;
  // Items it may still pull from its inputs. A run function that pulls takes them off.
  std::int64_t budget;
  std::uint64_t tick;
  // The first activation of this subgraph in this tick; not set again when it goes on after a
  // yield.
  bool first_in_tick;
};

using Stratum = std::uint8_t;
// Runs after everything else; egress lives here.
inline constexpr Stratum stratum_last = std::numeric_limits<Stratum>::max();

struct SubgraphCounters {
  std::uint64_t runs = 0;
  std::uint64_t yields = 0;
  std::uint64_t busy_cycles = 0;
};

struct Subgraph {
  Subgraph() = default;
  Subgraph(Subgraph const&) = delete;
  Subgraph& operator=(Subgraph const&) = delete;

  // Set before the subgraph is added to a graph.
  Status (*run)(void* self, Activation& activation) = nullptr;
  // Called at the end of every tick in which the subgraph ran; may be null.
  void (*end_tick)(void* self) = nullptr;
  void* self = nullptr;
  std::string_view name;
  Stratum stratum = 0;
  // Runs in every tick that happens, but starts none by itself.
  bool replays = false;

  SubgraphCounters counters;

 private:
  friend class Graph;

  std::vector<HandoffBase*> outputs_;
  Subgraph* next_ready_ = nullptr;
  Subgraph* next_ran_ = nullptr;
  Subgraph* next_scheduled_ = nullptr;
  std::uint64_t last_tick_ = ~std::uint64_t{0};
  bool ready_ = false;
  bool scheduled_ = false;
};

}  // namespace weir

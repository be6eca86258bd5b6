// A subgraph is a run function with its handoffs, its stratum and its counters. Flows make theirs
// from fused operators, net's egress is one written by hand, and so is anybody's: nothing else is
// ever scheduled.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "weir/base/assert.h"
#include "weir/base/slice.h"
#include "weir/sched/handoff.h"

namespace weir {

class Graph;
class Loop;

// done: everything that was there is consumed. yielded: the budget ended first; run me again, first
// in my stratum, and I go on where I stopped.
enum class Status : std::uint8_t { done, yielded };

// What a run function is given.
struct Activation {
  Graph& graph;
  // Items it may still pull from its inputs. A run function that pulls takes them off.
  std::int64_t budget;
  std::uint64_t tick;
  // The first activation of this subgraph in this tick, or, in the body of a loop, in this
  // iteration; not set again when it goes on after a yield.
  bool first_in_tick;
  // The one that runs.
  Subgraph* subgraph;

  // Of the loop whose body it is part of, from 0 in each execution; 0 outside of loops.
  std::uint64_t iteration() const;
  // Asks for one more iteration of that loop, in which this subgraph runs whether or not something
  // comes.
  void repeat();
};

using Stratum = std::uint8_t;
// Runs after everything else; egress lives here.
inline constexpr Stratum stratum_last = std::numeric_limits<Stratum>::max();

// At which place in a tick a subgraph runs.
struct Where {
  Where(int its_stratum, Loop* its_loop = nullptr)
      : stratum(static_cast<Stratum>(its_stratum)), loop(its_loop) {
    WEIR_ASSERT(0 <= its_stratum && its_stratum <= stratum_last);
  }

  Stratum stratum;
  Loop* loop;
  bool replays = false;
};
// The same place, in every tick that happens (in the body of a loop: in every iteration).
inline Where replaying(Where where) {
  where.replays = true;
  return where;
}

struct SubgraphCounters {
  std::uint64_t runs = 0;
  std::uint64_t yields = 0;
  std::uint64_t busy_cycles = 0;
};

struct Subgraph {
  Subgraph() = default;
  Subgraph(Subgraph const&) = delete;
  Subgraph& operator=(Subgraph const&) = delete;

  // Set by the run function when something in it throws: which part of it, for Failure.
  std::string_view blamed;

  // Set before the subgraph is added to a graph.
  std::string_view name;
  // The innermost loop whose body it is part of.
  Loop* loop = nullptr;
  // Called at the end of every tick in which the subgraph ran; may be null.
  void (*end_tick)(void* self) = nullptr;
  // (What every activation looks at lies together, from here to `outputs_`: two cache lines.)
  Status (*run)(void* self, Activation& activation) = nullptr;
  void* self = nullptr;
  Stratum stratum = 0;
  // Runs in every tick that happens, but starts none by itself; in the body of a loop, in every
  // iteration.
  bool replays = false;

  SubgraphCounters counters;

  Slice<HandoffBase* const> outputs() const { return outputs_; }

 private:
  friend class Graph;
  friend class Loop;

  // Why making it ready is more than to put it into its stratum's queue; 0 for most.
  enum : std::uint8_t { is_ready = 1, is_in_loop = 2 };

  // Of what is ready.
  struct Fifo {
    Subgraph* head = nullptr;
    Subgraph* tail = nullptr;  // means nothing without a head
  };

  std::uint8_t queued_ = 0;
  bool is_noted_ = false;   // the graph notes its first activation in a tick or iteration
  bool ends_tick_ = false;  // it is among those with something to do at the end of the tick
  bool scheduled_ = false;
  bool repeats_ = false;  // it has asked for another iteration
  Fifo* fifo_ = nullptr;  // of its stratum
  Subgraph* next_ready_ = nullptr;
  std::uint64_t last_tick_ = ~std::uint64_t{0};
  std::vector<HandoffBase*> outputs_;
  Subgraph* next_ran_ = nullptr;
  Subgraph* next_scheduled_ = nullptr;
};

}  // namespace weir

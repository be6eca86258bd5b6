// A loop: subgraphs that run again and again within one tick, for as long as there is a reason to.
//
//        strata     first              last   last + 1
//                  ┌──────── the body ────────┐
//   what enters ──▶│ assign ─▶ … ─▶ means ────┼─▶ end of the iteration ─▶ what leaves
//                  └───▲──────────────┼───────┘          │
//                      └──── next iteration (a handoff) ◀┘
//
// There is no stack and nothing is called again: the body has strata of its own, one after another,
// and behind them stands a subgraph of ours. When it runs, the body has come to rest, so the
// iteration has ended. It makes what was given to the next iteration (a handoff with
// Delay::iteration) visible and its readers ready, and the lowest ready stratum is the body again.
// A loop inside a body works the same way, for its strata, with those behind it, are some of the
// body's. So a tick may yield anywhere in a loop and go on, as anywhere else.
//
//   enter      the first of its subgraphs becomes ready: iteration 0 begins
//   iterate    while something was given to the next iteration, or somebody asked (`repeat`)
//   leave      neither, or the bound is reached: what was given to the next one then is dropped
//
// What enters a loop comes from strata below it, and what leaves goes to strata above, so an
// iteration sees all that entered, and what leaves is seen when the loop has been left. Subgraphs
// that replay run in every iteration and ask for none. An iteration counts as one item against the
// tick's budget: a loop without an end yields.
//
// Executions. A loop within a loop is executed anew in each iteration of the outer one: it counts
// its iterations from 0, and state that lives for the loop begins anew. A loop at top level has one
// execution that lasts for ever: entered again in a later tick, it goes on counting.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/assert.h"
#include "weir/sched/handoff.h"
#include "weir/sched/subgraph.h"

namespace weir {

struct LoopOptions {
  // The loop whose body it is part of: with one stratum more than its own (its end's).
  Loop* parent = nullptr;
  // Each time it is entered.
  std::uint64_t iterations_max = std::numeric_limits<std::uint64_t>::max();
};

struct LoopCounters {
  std::uint64_t entries = 0;
  std::uint64_t iterations = 0;
  std::uint64_t cut_short = 0;  // left because of its bound, with reasons to go on
};

// What somebody wants to be told once, when the execution of a loop ends.
struct LoopEnd {
  void (*run)(void* self) = nullptr;
  void* self = nullptr;
  std::string_view blamed;  // whose it is, if it throws

 private:
  friend class Graph;
  friend class Loop;
  LoopEnd* next_ = nullptr;
  bool listed_ = false;
};

// Made by Graph::make_loop.
class Loop {
 public:
  Loop(std::string name, Stratum first, Stratum last, LoopOptions const& options);
  Loop(Loop const&) = delete;
  Loop& operator=(Loop const&) = delete;

  std::string_view name() const { return name_; }
  Loop* parent() const { return parent_; }
  Stratum first_stratum() const { return first_; }
  Stratum last_stratum() const { return last_; }
  // The place in its n-th stratum, from 0: where a subgraph of its body runs.
  Where at(unsigned n) {
    WEIR_ASSERT(first_ + n <= last_);
    return {first_ + static_cast<int>(n), this};
  }
  // Itself, or a loop inside its body.
  bool contains(Loop const* loop) const;

  // The one that runs, or runs next; from 0 in each execution.
  std::uint64_t iteration() const { return iteration_; }
  LoopCounters const& counters() const { return counters_; }

  // During an iteration: asks for one more, in which `subgraph`, one of its body, runs.
  void repeat(Subgraph& subgraph);
  // During an iteration: `end` runs once, when this execution ends. At top level none ever does.
  void at_end(LoopEnd& end);

 private:
  friend class Graph;

  // The first of `subgraph`, one of its body, in this iteration.
  void note_activation(Subgraph& subgraph);

  std::string const name_;
  Loop* const parent_;
  Stratum const first_;
  Stratum const last_;
  std::uint64_t const iterations_max_;

  Graph* graph_ = nullptr;
  Subgraph end_;
  bool active_ = false;  // entered and not left
  std::uint64_t iteration_ = 0;
  std::uint64_t iterations_left_ = 0;
  LoopCounters counters_;

  std::vector<Subgraph*> replaying_;
  std::vector<Subgraph*> ran_;        // in this iteration
  std::vector<Subgraph*> repeating_;  // in the next one
  HandoffBase* deferred_ = nullptr;   // with data for the next one
  LoopEnd* ends_ = nullptr;           // of this execution
};

}  // namespace weir
